"""Noise floors beside recorded runs: a JSON file of what metrics say of real samples in the place of generated ones.

A study that is launched has them in its folder; runs that were only recorded have this file beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gansearch.errors import CorruptFileError
from gansearch.records import NoiseFloor, noise_floor_from_json, to_json
from gansearch.reporting.experiments.hypotheses import PRIMARY
from gansearch.reporting.noise_floor import least_difference
from gansearch.reporting.wording import code, number

VERSION: Final = 1


def write_floors(floors: Sequence[NoiseFloor], path: Path) -> Path:
    """Write the floors of the protocol of the end; the path.

    Raises:
        OSError: where it cannot be written.
    """
    document = {"version": VERSION, "floors": [to_json(floor) for floor in floors]}
    path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return path


def read_floors(path: Path) -> tuple[NoiseFloor, ...]:
    """The floors that ``write_floors`` wrote; none where there is no such file.

    Raises:
        CorruptFileError: where it is not what ``write_floors`` writes.
    """
    if not path.exists():
        return ()
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != VERSION:
            raise CorruptFileError(
                f"{path}: version must be {VERSION}, which this gansearch reads; got {document['version']!r}"
            )
        return tuple(noise_floor_from_json(raw) for raw in document["floors"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise CorruptFileError(f"{path} must be the JSON of noise floors; {what}") from error


def least_differences(floors: Sequence[NoiseFloor]) -> Mapping[str, float]:
    """By metric, the least difference between two values that its noise allows to tell, in its unit."""
    return {floor.metric: least_difference(floor) for floor in floors}


def floors_text(floors: Sequence[NoiseFloor]) -> str:
    """One sentence on the primary metric's noise, or that it was not measured."""
    found = next((floor for floor in floors if floor.metric == PRIMARY), None)
    if found is None:
        return (
            f"The sampling error of {code(PRIMARY)} was not measured for these runs: effects are held against the 10 % "
            "alone."
        )
    by = found.protocol
    return (
        f"No effect counts that lies within the metric's own noise: {number(least_difference(found))} for "
        f"{code(PRIMARY)}, 2 x sqrt 2 standard deviations over {found.repeats} draws of {by.samples:,} real "
        f"samples against {by.real_samples:,} of the {by.real_split} split (extractor {by.extractor}, "
        f"{by.extractor_hash})."
    )
