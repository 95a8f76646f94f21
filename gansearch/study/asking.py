"""What one trial is asked for: its parameters; under a limit, few of the tricks, drawn so that none is favoured."""

from __future__ import annotations

from random import Random

import optuna
from optuna.trial import FrozenTrial

from gansearch.dimensions import Choice, Dimension, Float
from gansearch.records import Setting
from gansearch.space import SearchSpace
from gansearch.study.extension import read_extension
from gansearch.study.seeds import order_seed
from gansearch.study.trial_queue import PRIOR

FIXED = "fixed_params"
"""Optuna's system attribute of a queued trial: the parameters that it brings."""
TIMES = 2
"""Switches that a trial is asked for, as a multiple of those that may be on."""


def parameters_of(
    space: SearchSpace, trial: optuna.Trial, frozen: FrozenTrial, *, study_seed: int
) -> dict[str, Setting]:
    """The trial's parameters: those that it has, and what the sampler says of the others.

    Args:
        space: what is searched.
        trial: Optuna's.
        frozen: the same as the storage has it.
        study_seed: of the study.
    """
    switches = _switches(space, frozen, order_seed(study_seed, trial.number))
    return space.suggest(lambda path, dimension: suggest(trial, path, dimension), switches=switches)


def _switches(space: SearchSpace, frozen: FrozenTrial, seed: int) -> list[str] | None:
    """Which switches the trial is asked for, where only so many may be on; None for all of them.

    What the trial brings comes first. Others are drawn to stand beside it, unless it is complete: one that was queued
    with its parameters, or that extends another. The draw follows from the study's seed and the number alone.
    """
    most = space.plan.max_active_tricks
    if most is None:
        return None
    brought = {**frozen.system_attrs.get(FIXED, {}), **frozen.params}
    others = list(space.trick_limit.off or ())
    Random(seed).shuffle(others)
    known = [path for path in others if path in brought]
    is_queued = FIXED in frozen.system_attrs and PRIOR not in frozen.user_attrs
    if is_queued or read_extension(frozen.user_attrs) is not None:
        return known
    drawn = others[: TIMES * most]
    return [*known, *(path for path in drawn if path not in known)]


def suggest(trial: optuna.Trial, path: str, dimension: Dimension) -> Setting:
    """What the sampler, or the queue, says about one parameter; asked twice, it says the same."""
    if isinstance(dimension, Choice):
        chosen: Setting = trial.suggest_categorical(path, dimension.choices)
        return chosen
    if isinstance(dimension, Float):
        return float(trial.suggest_float(path, dimension.low, dimension.high, log=dimension.log, step=dimension.step))
    return int(trial.suggest_int(path, dimension.low, dimension.high, log=dimension.log, step=dimension.step or 1))
