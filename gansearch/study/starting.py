"""Starts trials: the next of the queue, or what the sampler suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from gansearch.records import Setting
from gansearch.study.asking import parameters_of
from gansearch.study.extension import extended, read_extension
from gansearch.study.live_trial import PRUNED_AT, LiveTrial
from gansearch.study.replicate import read_replicates
from gansearch.study.samplers import build_sampler, carry_over
from gansearch.study.study_reader import StudyReader
from gansearch.study.trial_queue import Queue, put_prior


class Starter:
    """Makes the trials of one study.

    Args:
        study: Optuna's.
        reader: of the study.
    """

    def __init__(self, study: optuna.Study, reader: StudyReader) -> None:
        self._study = study
        self._reader = reader
        self._space = reader.space
        self._is_grid = reader.grid_size is not None
        points: Sequence[Mapping[str, Setting]] = self._space.grid() if self._is_grid else self._space.plan.enqueue
        # Optuna's cache of a database takes no parameter of a trial that it has not listed; adopted ones may lack some.
        study.get_trials(deepcopy=False)
        self._queue = Queue(study, points, reader.frozen())

    def start(self) -> LiveTrial | None:
        """A new trial; None where the plan has no more."""
        waiting = len(self._reader.frozen(TrialState.WAITING))
        begun, wanted = len(self._reader.frozen()) - waiting, self._reader.trials_wanted
        if wanted is not None and begun >= wanted:
            return None
        # A trial that waits already was queued by a driver that died before it could start it.
        if not waiting and not self._queue.put_next():
            if self._is_grid:
                return None
            put_prior(self._study, self._space, study_seed=self._reader.seed, number=begun)
        sampler = build_sampler(
            self._space.plan.sampler,
            study_seed=self._reader.seed,
            number=begun,
            is_shared=self._reader.database.is_shared,
        )
        carry_over(self._study.sampler, sampler)
        self._study.sampler = sampler
        return self._live(self._study.ask(), {})

    def settings(self, frozen: FrozenTrial) -> Mapping[str, Setting]:
        """The configuration of a trial that was run."""
        return extended(self._space.settings(frozen.params), read_extension(frozen.user_attrs))

    def adopt(self, frozen: FrozenTrial) -> LiveTrial:
        """A trial that an earlier driver started and did not end."""
        live = self._live(optuna.Trial(self._study, frozen._trial_id), frozen.user_attrs)
        live.reported = set(frozen.intermediate_values)
        live.pruned_at = frozen.user_attrs.get(PRUNED_AT)
        return live

    def _live(self, trial: optuna.Trial, attributes: Mapping[str, Any]) -> LiveTrial:
        frozen = self._reader.database.optuna.get_trial(trial._trial_id)
        parameters = parameters_of(self._space, trial, frozen, study_seed=self._reader.seed)
        replicates = read_replicates(attributes, self._space.replicates(parameters))
        extension = read_extension(attributes)
        settings = extended(self._space.settings(parameters), extension)
        return LiveTrial(trial, parameters, settings, replicates, extension=extension)
