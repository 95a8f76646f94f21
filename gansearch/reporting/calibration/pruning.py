"""Pruning rules over recorded evaluations, plainly: successive halving and the median rule, as Optuna applies them.

Runs of a data set come one after the other, and each is compared with what came before it: one worker, whose order of
runs is what chance decides. Sources: Li et al. 2020, arXiv:1810.05934 (ASHA); Golovin et al. 2017, Vizier (median).
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gansearch.curves.corpus import CorpusRun
from gansearch.reporting.calibration.outcomes import DISTANCE

REDUCTION: Final = 4
"""One in so many goes on at a rung: Optuna's default."""
STARTUP_RUNS: Final = 5
"""Runs that must have ended before the median says anything: Optuna's default."""

Curve: TypeAlias = "list[tuple[int, int, float]]"
"""Epoch, step and distance of each evaluation."""


def curve_of(run: CorpusRun) -> Curve:
    """The distances that a study would have been told; one that is not finite counts as the worst."""
    values = run.evaluations.get(DISTANCE)
    if values is None:
        return []
    told = np.where(np.isfinite(values), values, np.inf)
    epochs, steps = run.evaluations["epoch"], run.evaluations["step"]
    return [(int(epoch), int(step), float(value)) for epoch, step, value in zip(epochs, steps, told, strict=True)]


@dataclass(frozen=True, eq=False)
class Search:
    """Runs of one data set, as a study would see them."""

    curves: Sequence[Curve]
    steps: NDArray[np.int64]
    """That each run does where no rule prunes it [n]."""
    completes: NDArray[np.bool_]
    """Whether it then has a value that counts: it has neither diverged nor been stopped [n]."""


def asha(search: Search, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Steps that each run does [n] under asynchronous successive halving.

    At epochs ``e, 4 e, 16 e, ...``, the first being that of the first evaluation, a run goes on where its value is
    within the best quarter of those that were told at this rung so far, its own counted; or is the best of fewer than
    four.

    Args:
        search: the runs.
        order: in which they come, indices [n].
    """
    first = min((curve[0][0] for curve in search.curves if curve), default=1)
    rungs: dict[int, list[float]] = {}
    done = search.steps.copy()
    for index in order:
        for level, step, value in _at_rungs(search.curves[index], first):
            told = rungs.setdefault(level, [])
            insort(told, value)
            if value > told[max(0, len(told) // REDUCTION - 1)]:
                done[index] = min(step, done[index])
                break
    return done


def median_rule(search: Search, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Steps that each run does [n] under the median rule.

    A run ends at an evaluation where the best of its values so far is worse than the median of the values that
    completed runs before it had at this epoch; at least five must have completed.

    Args:
        search: the runs.
        order: in which they come, indices [n].
    """
    told: dict[int, list[float]] = {}
    done, completed = search.steps.copy(), 0
    for index in order:
        best = math.inf
        for epoch, step, value in search.curves[index]:
            best = min(best, value)
            if completed >= STARTUP_RUNS and epoch in told and best > _median(told[epoch]):
                done[index] = min(step, done[index])
                break
        if done[index] == search.steps[index] and search.completes[index]:
            completed += 1
            for epoch, _, value in search.curves[index]:
                insort(told.setdefault(epoch, []), value)
    return done


def _at_rungs(curve: Curve, first: int) -> Iterator[tuple[int, int, float]]:
    """Number of the rung, step and value at the first evaluation at or after each rung."""
    level = 0
    for epoch, step, value in curve:
        if epoch >= first * REDUCTION**level:
            yield level, step, value
            level += 1


def _median(told: Sequence[float]) -> float:
    """Of sorted numbers."""
    middle = len(told) // 2
    return told[middle] if len(told) % 2 else (told[middle - 1] + told[middle]) / 2
