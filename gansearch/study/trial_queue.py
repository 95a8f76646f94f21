"""Trials whose parameters are known beforehand: the plan's first trials, and the points of a grid. Each exactly once.

After the plan's first trials come those in which the priors of the space count: their draws are queued as well.

A queued trial carries its index as a user attribute, so that after a crash it is known which ones are there already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import optuna
from optuna.trial import FrozenTrial

from gansearch.records import Setting
from gansearch.space import SearchSpace
from gansearch.study.seeds import prior_seed

QUEUED = "queued"
"""User attribute of a trial: its index in the queue."""
PRIOR = "prior"
"""User attribute of a trial of which some parameters are drawn from priors: its index among those."""


class Queue:
    """The queue of one study.

    Args:
        study: Optuna's.
        points: parameters of the queued trials, in order.
        trials: those that the study has.
    """

    def __init__(
        self, study: optuna.Study, points: Sequence[Mapping[str, Setting]], trials: Sequence[FrozenTrial]
    ) -> None:
        self._study = study
        there = {trial.user_attrs.get(QUEUED) for trial in trials}
        self._missing = [(index, dict(point)) for index, point in enumerate(points) if index not in there]
        self._missing.reverse()

    def __len__(self) -> int:
        return len(self._missing)

    def put_next(self) -> bool:
        """Let the study's next trial be the next point; False where there is none."""
        if not self._missing:
            return False
        index, point = self._missing.pop()
        self._study.enqueue_trial(point, user_attrs={QUEUED: index})
        return True


def put_prior(study: optuna.Study, space: SearchSpace, *, study_seed: int, number: int) -> None:
    """Let trial ``number`` draw what has a prior from it, where priors count; the sampler chooses the rest.

    The draw follows from the study's seed and the number alone, so that a resumed study makes the same one.
    """
    first, priors = len(space.plan.enqueue), space.priors
    if priors.beliefs and first <= number < first + priors.strength:
        chance = Random(prior_seed(study_seed, number))
        index = number - first
        study.enqueue_trial(priors.draw(space.parameters, index, chance), user_attrs={PRIOR: index})
