"""Samplers, pruners and detectors beside each other: the same replay under each of them, over several seeds."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from gansearch.detectors import policy_from_settings
from gansearch.executors.replay.judging import Judge
from gansearch.executors.replay.outcome import Outcome, outcome_of
from gansearch.executors.replay.recorded_grid import RecordedGrid
from gansearch.executors.replay.replay_space import NAME, replay_space
from gansearch.executors.replay.simulation import simulate
from gansearch.space.plan import DetectorSettings
from gansearch.storage import Storage
from gansearch.study.simulated import simulated_study

LEVEL: Final = 0.95


@dataclass(frozen=True)
class Rival:
    """One way to search."""

    name: str
    changes: Mapping[str, object]
    """Of plan and detectors, by dotted key."""


@dataclass(frozen=True)
class Middle:
    """A median over seeds, with an interval for it from order statistics."""

    median: float
    low: float | None
    """None, as ``high``, where there are too few seeds for any interval."""
    high: float | None


def compare(
    grid: RecordedGrid,
    rivals: Sequence[Rival],
    *,
    seeds: Sequence[int],
    workers: int,
    done: Callable[[], None],
    until_s: float = math.inf,
) -> dict[str, list[Outcome]]:
    """Replay every rival with every seed.

    Args:
        grid: what is searched.
        rivals: of different names.
        seeds: of the studies; equal ones of two rivals see equal runs of a combination that was run several times.
        workers: runs at a time.
        done: called after each replay.
        until_s: moment on the simulated clock from which on a search begins nothing.

    Returns:
        The outcomes of each rival by its name, in the order of the seeds.

    Raises:
        SpaceError: where a rival's plan or detectors are none.
        ExecutorError: where the corpus lacks the objective.
    """
    spaces = {rival.name: replay_space(grid, rival.changes) for rival in rivals}
    found: dict[str, list[Outcome]] = {}
    judges: list[tuple[DetectorSettings, Judge]] = []
    for name, space in spaces.items():
        judge, objective = _judge(space.detectors, judges), space.plan.objectives[0]
        for each in space.plan.objectives:
            grid.best(each)
        for seed in seeds:
            since = time.perf_counter()
            with (
                tempfile.TemporaryDirectory() as folder,
                simulated_study(space, name=f"{NAME}-{seed}", storage=Storage(folder), seed=seed) as study,
            ):
                simulated = simulate(study, grid, workers=workers, judge=judge, until_s=until_s)
            wall_s = time.perf_counter() - since
            found.setdefault(name, []).append(outcome_of(simulated, grid, objective, wall_s=wall_s))
            done()
    return found


def _judge(settings: DetectorSettings, judges: list[tuple[DetectorSettings, Judge]]) -> Judge:
    """The judge of these detectors: rivals that share them share what it has worked out."""
    for known, judge in judges:
        if known == settings:
            return judge
    judges.append((settings, Judge(policy_from_settings(settings))))
    return judges[-1][1]


def middle(values: Sequence[float], level: float = LEVEL) -> Middle:
    """The median of ``values``, and the narrowest pair of them that holds the true one at least ``level`` of the time.

    It needs no shape of their distribution: the number of values below the true median is binomial.
    """
    ordered, count = sorted(values), len(values)
    outside, rank = 0.0, 0
    while rank < count // 2 and 2 * (outside + math.comb(count, rank) / 2**count) <= 1 - level:
        outside += math.comb(count, rank) / 2**count
        rank += 1
    found = median(ordered)
    return Middle(found, ordered[rank - 1], ordered[count - rank]) if rank else Middle(found, None, None)
