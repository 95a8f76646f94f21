"""Every point that MLflow must have of a study's records, worked out without the tracker, beside those that it has."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gansearch.curves import Curve, read_curve
from gansearch.metrics import metrics
from gansearch.records import Assignment, End, reals_seen
from gansearch.storage import Storage
from gansearch.tracking.thinning import POINTS

Spot: TypeAlias = tuple[str, str, int]
"""Trial, metric, step."""

WITHIN: Final = 1e-9
"""Relative; of means that are summed in another order. All other values must be equal."""
HISTORIES: Final = (
    "SELECT t.value, m.key, m.step, m.value FROM metrics m JOIN tags t ON t.run_uuid = m.run_uuid "
    "WHERE t.key = 'gansearch.identity'"
)
ENDED: Final = (
    "SELECT count(*) FROM runs r JOIN tags t ON t.run_uuid = r.run_uuid "
    "WHERE t.key = 'gansearch.kind' AND t.value = 'trial' AND r.status = 'FINISHED' AND r.lifecycle_stage = 'active'"
)


@dataclass(frozen=True)
class Compared:
    """What a comparison of points came to."""

    expected: int
    lost: int
    twice: int
    """Rows beyond the first of a metric at a step."""
    different: int
    surplus: int
    """That no record has."""

    @property
    def is_equal(self) -> bool:
        """Whether each point is there once, as it was recorded, and nothing else."""
        return not (self.lost or self.twice or self.different or self.surplus)


def compare(expected: Mapping[Spot, float], found: Iterable[tuple[Spot, float]]) -> Compared:
    """Points that there must be, and those that there are."""
    rows = list(found)
    counts = Counter(spot for spot, _ in rows)
    return Compared(
        expected=len(expected),
        lost=len(expected.keys() - counts.keys()),
        twice=len(rows) - len(counts),
        different=sum(not _equal(spot, expected[spot], value) for spot, value in rows if spot in expected),
        surplus=len(counts.keys() - expected.keys()),
    )


def expected_points(storage: Storage, assignments: Sequence[Assignment]) -> dict[Spot, float]:
    """What the records of these trials say, signals as means of about 200 windows."""
    points: dict[Spot, float] = {}
    for assignment in assignments:
        name = str(assignment.identity)
        curve = Curve.of(read_curve(storage, assignment.identity)[0])
        for done in curve.evaluations:
            values = {metric.name: metric.value for metric in done.metrics}
            seen = reals_seen(assignment.settings, done.step) or 0
            values |= {"evaluation_seconds": done.cost_s, "epoch": done.epoch, "reals_seen": seen}
            points |= {(name, key, done.step): float(value) for key, value in values.items()}
        points |= {(name, key, step): value for (key, step), value in standings(curve).items()}
        epochs, each = int(assignment.settings["training.epochs"] or 0), curve.steps // len(curve.evaluations)
        width = math.ceil(epochs * each / POINTS)
        for signal, numbers in curve.signals.items():
            points |= {(name, f"train/{signal}", step): mean for step, mean in windows(numbers, width).items()}
    return points


def standings(curve: Curve) -> dict[tuple[str, int], float]:
    """By name and step, each value at a rung that was better than all before it, and the last ones of a whole run."""
    rungs = [done for done in curve.evaluations if not done.final]
    of_metrics: dict[str, list[tuple[int, float]]] = {}
    for done in rungs:
        for metric in done.metrics:
            of_metrics.setdefault(metric.name, []).append((done.step, metric.value))
    found: dict[tuple[str, int], float] = {}
    for metric_class in metrics:
        name, sign = metric_class.name, 1 if metric_class.direction == "minimize" else -1
        points = [(step, value) for step, value in of_metrics.get(name, ()) if math.isfinite(value)]
        lowest = itertools.accumulate((sign * value for _, value in points), min, initial=math.inf)
        best = (point for point, before in zip(points, lowest, strict=False) if sign * point[1] < before)
        found |= {(f"best_{name}", step): value for step, value in best}
    if curve.end is not None and curve.end.end is End.COMPLETED:
        found |= {(f"final_{metric.name}", done.step): metric.value for done in rungs[-1:] for metric in done.metrics}
    return found


def windows(values: NDArray[np.float32], width: int) -> dict[int, float]:
    """Means of ``width`` values each, by the step at their end; the last may be of fewer."""
    starts = range(0, len(values), width)
    parts = (values[start : start + width].astype(np.float64) for start in starts)
    return {min(start + width, len(values)): float(part.mean()) for start, part in zip(starts, parts, strict=True)}


def found_points(database_url: str) -> tuple[list[tuple[Spot, float]], int]:
    """Every row of MLflow's histories, straight from its database, and how many trials' runs have ended well."""
    from sqlalchemy import create_engine, text

    engine = create_engine(database_url)
    with engine.connect() as connection:
        rows = [((name, key, int(step)), value) for name, key, step, value in connection.execute(text(HISTORIES))]
        ended = connection.execute(text(ENDED)).scalar_one()
    engine.dispose()
    return rows, int(ended)


def _equal(spot: Spot, expected: float, found: float) -> bool:
    return math.isclose(expected, found, rel_tol=WITHIN if spot[1].startswith("train/") else 0.0, abs_tol=0.0)
