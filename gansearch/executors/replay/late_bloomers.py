"""Which recorded runs a search must not lose: those that end among the best, and of them those that begin badly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import Final

from gansearch.curves.corpus import CorpusRun
from gansearch.executors.replay.recorded_grid import RecordedGrid, run_value
from gansearch.space.plan import Objective

BEST: Final = 0.25
"""Share of all runs that are good ones."""
EARLY: Final = 0.1
"""Share of a run after which it is looked at first."""


@dataclass(frozen=True)
class Promising:
    """Keys of recorded runs, ``CorpusRun.key``."""

    good: frozenset[str]
    """The best quarter by their final values."""
    late: frozenset[str]
    """Those of them that were in the worse half of all runs after a tenth of their epochs."""


def promising(grid: RecordedGrid, objective: Objective) -> Promising:
    """The good runs of a grid and its late bloomers.

    Raises:
        ExecutorError: where the objective was not recorded.
    """
    sign = 1.0 if objective.direction == "minimize" else -1.0
    runs = [run for every in grid.cells.values() for run in every]
    final = {run.key: _finite(sign * run_value(run, objective)) for run in runs}
    early = {run.key: _finite(sign * _early(run, objective.metric)) for run in runs}
    ordered = sorted(final, key=final.__getitem__)
    good = [key for key in ordered[: math.floor(BEST * len(ordered))] if math.isfinite(final[key])]
    middle = median(early.values())
    return Promising(frozenset(good), frozenset(key for key in good if early[key] > middle))


def _early(run: CorpusRun, metric: str) -> float:
    """The value at the last evaluation within the first tenth of the run; else at its first one."""
    steps, values = run.evaluations["step"], run.evaluations[metric]
    if len(steps) == 0:
        return math.nan
    within = int((steps <= EARLY * run.total_steps).sum())
    return float(values[max(0, within - 1)])


def _finite(value: float) -> float:
    """What is not finite counts as the worst."""
    return value if math.isfinite(value) else math.inf
