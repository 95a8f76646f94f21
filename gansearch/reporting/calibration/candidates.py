"""Settings of a detector to try: its own, then draws from the ranges that its fields declare."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any
from zlib import crc32

import numpy as np

from gansearch.detectors import Detector
from gansearch.dimensions import Choice, Dimension, Float, declared


def candidates(detector: Detector, trials: int, seed: int) -> list[Detector]:
    """``trials`` settings, the detector's own first; the same under the same seed, whatever else is tried.

    Every other draw moves one field alone: a detector has up to ten, and all of them moved at once hits few good ones.
    """
    generator = np.random.default_rng([seed, crc32(detector.name.encode())])
    fields = {name: said.dimension for name, said in declared(type(detector)).items() if said.dimension is not None}
    found = [detector]
    while fields and len(found) < trials:
        drawn = {name: draw(dimension, generator) for name, dimension in fields.items()}
        if len(found) % 2:
            name = list(fields)[int(generator.integers(len(fields)))]
            drawn = {name: drawn[name]}
        found.append(replace(detector, **drawn))
    return found


def draw(dimension: Dimension, generator: np.random.Generator) -> Any:
    """A value of a dimension; real ones with three significant digits, as a space would have them."""
    if isinstance(dimension, Choice):
        return dimension.choices[int(generator.integers(len(dimension.choices)))]
    low, high = (math.log(end) if dimension.log else end for end in (dimension.low, dimension.high))
    value = float(generator.uniform(low, high))
    value = math.exp(value) if dimension.log else value
    rounded = float(f"{value:.3g}") if isinstance(dimension, Float) else round(value)
    return min(max(rounded, dimension.low), dimension.high)
