"""What becomes of a detector's rates where one of its thresholds is moved over the range that it declares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gansearch.detectors import Detector, Policy
from gansearch.dimensions import Declared, Float, Int, declared
from gansearch.reporting.calibration.counts import Count
from gansearch.reporting.calibration.judgement import judge, spent
from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.calibration.truths import Truths
from gansearch.reporting.calibration.walks import Walks, alone

POINTS: Final = 5
"""Values over a range, beside the default."""
NOT_MAIN: Final = ("warmup", "travel", "grace")
"""Parts of names of fields that say when a detector begins, not what it calls a failure."""


@dataclass(frozen=True)
class Point:
    """A detector alone, with one threshold moved."""

    value: float
    is_default: bool
    collapses_stopped: Count
    false_kills: Count
    collapsed_steps_saved: float


@dataclass(frozen=True)
class Sweep:
    """A threshold over its range."""

    detector: str
    field: str
    unit: str | None
    is_log: bool
    points: tuple[Point, ...]

    @property
    def matters(self) -> bool:
        """Whether any rate changes over the range."""
        return len({(each.collapses_stopped, each.false_kills) for each in self.points}) > 1


def sweeps(
    truths: Truths, policy: Policy, walks: Walks, detectors: Sequence[Detector], *, points: int = POINTS
) -> list[Sweep]:
    """Every main threshold of every detector, the others at their values."""
    chosen = [(each, field) for each in detectors for field in main_thresholds(each)]
    variants = {(each, field.name): moved(each, field, points) for each, field in chosen}
    deciding = truths.where(truths.is_best | truths.ended(Outcome.TOTAL))
    walks.prepare(deciding.runs, [one for many in variants.values() for one in many])
    return [_sweep(deciding, policy, walks, field, of=each, at=variants[each, field.name]) for each, field in chosen]


def main_thresholds(detector: Detector) -> list[Declared]:
    """Fields that are real numbers and say what counts as a failure."""
    return [
        field
        for field in declared(type(detector)).values()
        if isinstance(field.dimension, Float) and not any(part in field.name for part in NOT_MAIN)
    ]


def moved(detector: Detector, field: Declared, points: int) -> list[Detector]:
    """The detector with a field at values over its range, and at its own, in order."""
    assert isinstance(field.dimension, Float)
    values = sorted({*values_over(field.dimension, points), float(getattr(detector, field.name))})
    return [replace(detector, **{field.name: value}) for value in values]


def values_over(dimension: Float | Int, points: int) -> list[float]:
    """So many values from low to high, evenly or evenly in the logarithm; whole ones of a whole number."""
    spread = np.geomspace if dimension.log else np.linspace
    values = [float(value) for value in spread(dimension.low, dimension.high, points)]
    inside = [min(max(value, dimension.low), dimension.high) for value in values]
    return sorted({float(round(value)) for value in inside}) if isinstance(dimension, Int) else inside


def _sweep(
    truths: Truths, policy: Policy, walks: Walks, field: Declared, *, of: Detector, at: Sequence[Detector]
) -> Sweep:
    found = []
    for variant in at:
        value = float(getattr(variant, field.name))
        judged = judge(truths, spent(truths, walks.stops(truths.runs, alone(policy, variant))))
        is_own = math.isclose(value, getattr(of, field.name))
        found.append(Point(value, is_own, judged.collapses_stopped, judged.false_kills, judged.collapsed_steps_saved))
    is_log = isinstance(field.dimension, Float) and field.dimension.log
    return Sweep(of.name, field.name, field.unit, is_log, tuple(found))
