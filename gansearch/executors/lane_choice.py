"""How many lanes the packs of a launch have: what the space says, or what a probe says where it leaves that open."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Final

from gansearch.executors._base import Executor
from gansearch.study import Study
from gansearch.study.planned import chooses_blindly
from gansearch.trial.context import TrialContext
from gansearch.trial.interrupt import Interrupt
from gansearch.trial.lane_table import LaneTable, one_lane
from gansearch.trial.workbench import open_workbench

LEAST_STEPS: Final = 20_000
"""Steps that each worker has to train at least for a probe to be worth it. A probe takes seconds on every worker's
time; steps that packs speed up are short, so that fewer than these are soon done."""
GENERATIONS: Final = 5
"""Packs that each worker runs at least, one after the other, where a sampler is to learn from results."""


@dataclass(frozen=True)
class LaneChoice:
    """How many lanes a pack of this launch has at most."""

    lanes: int
    is_bounded: bool
    """Whether packs are made smaller where a worker would be left without trials: where nobody asked for the number."""
    table: LaneTable | None
    """What the number follows from; None where the space says it."""


def choose_lanes(study: Study, executor: Executor, context: TrialContext, interrupt: Interrupt) -> LaneChoice:
    """The number of lanes that the space says; for ``auto`` what a probe on a worker says.

    Args:
        study: open.
        executor: open; it carries the probe out where trials run.
        context: of the study.
        interrupt: asked for the end, a probe that has not begun is not waited for.

    Raises:
        DataError: where the data are missing or damaged.
        ExecutorError: where nothing can run a trial.
    """
    if study.space.script is not None:
        return LaneChoice(1, is_bounded=False, table=None)
    wanted = study.space.resources.lanes
    if wanted != "auto":
        return LaneChoice(wanted, is_bounded=False, table=None)
    return _probed(study, executor, context, interrupt)


def _probed(study: Study, executor: Executor, context: TrialContext, interrupt: Interrupt) -> LaneChoice:
    workers = executor.workers()
    most = most_wanted(study, workers)
    table = _not_worth_it(study, workers, most, context)
    if table is None:
        settings = study.space.settings(study.space.default_parameters())
        table = executor.probe(settings, context, most, interrupt)
    return LaneChoice(table.lanes, is_bounded=True, table=table)


def most_wanted(study: Study, workers: int) -> int:
    """The most lanes that leave trials for every worker, and results to a sampler that learns from them."""
    left = study.runs_left
    if left is None:
        return sys.maxsize
    packs = workers if chooses_blindly(study.space) else workers * GENERATIONS
    return max(1, math.ceil(left / packs))


def _not_worth_it(study: Study, workers: int, most: int, context: TrialContext) -> LaneTable | None:
    """Packs of one lane without a probe where it could gain less than it costs; else None."""
    if most == 1:
        return one_lane("too few trials are left to put several into one", context.device)
    left = study.runs_left
    if left is None:
        return None
    settings = study.space.settings(study.space.default_parameters())
    samples = len(open_workbench(settings, context).data.train)
    per_epoch = samples // max(1, int(settings.get("training.batch_size") or 1))
    steps = left * int(settings.get("training.epochs") or 0) * per_epoch // workers
    if steps >= LEAST_STEPS:
        return None
    why = f"each worker has {steps} steps to train; below {LEAST_STEPS} a probe costs more than packs can gain"
    return one_lane(why, context.device)
