"""Takes trials that were run elsewhere into a study: their decisions are made anew from their records.

The study then is as if it had driven them itself, without a pruner: one table tells Optuna how they ended, and what has
not ended rests and can be resumed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import optuna
from optuna.samplers import RandomSampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from gansearch.errors import StudyError
from gansearch.records import Assignment, End, TrialEnd
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import opening
from gansearch.study.live_trials import LiveTrials
from gansearch.study.planned import known_points
from gansearch.study.replicate import Replicate
from gansearch.study.study_reader import StudyReader
from gansearch.study.trial_queue import QUEUED
from gansearch.trial.standing import Standing

CUT_OFF = "its runner was still at it, or has been killed"


@dataclass(frozen=True)
class RunElsewhere:
    """One run and how it stands by its record."""

    assignment: Assignment
    standing: Standing
    is_taken: bool
    """Whether the study's storage holds this record; False where the study has gone on with the run by itself."""


def create_imported(
    space: SearchSpace, name: str, storage: Storage, *, seed: int, plugins: Sequence[Path], runs: Sequence[RunElsewhere]
) -> None:
    """Make a study of runs whose records lie in its storage already.

    Raises:
        StudyExistsError: where the name is taken.
        StudyError: where the name cannot be used.
    """
    reader, lease = opening.create(space, name, storage, seed=seed, plugins=plugins, url=None)
    with closing(reader):
        try:
            _take_in(reader, runs)
        finally:
            lease.release()


def update_imported(name: str, storage: Storage, runs: Sequence[RunElsewhere]) -> None:
    """Let a study that was imported know what has come to its runs since.

    Raises:
        StudyError: where a trial of the study has other parameters.
        StudyLockedError: where somebody drives the study.
    """
    reader, lease = opening.open_driven(name, storage, None)
    with closing(reader):
        try:
            _take_in(reader, runs)
        finally:
            lease.release()


def _take_in(reader: StudyReader, runs: Sequence[RunElsewhere]) -> None:
    with reader.database.group():
        study = optuna.load_study(study_name=reader.name, storage=reader.database.optuna, sampler=RandomSampler(seed=0))
        parameters = {run.assignment.identity.number: run.assignment.parameters for run in runs}
        _queue_missing(study, reader, [parameters[number] for number in sorted(parameters)])
        trials = reader.frozen()
        for run in runs:
            if run.standing.has_begun and run.is_taken:
                _note(reader, trials[run.assignment.identity.number], run)
        # What has ended by its record is told now, as after the loss of a driver.
        LiveTrials(study, reader, prunes=False)


def _queue_missing(study: optuna.Study, reader: StudyReader, wanted: Sequence[Mapping[str, object]]) -> None:
    """Let the study have every trial of the list, those waiting that it does not have yet."""
    there = reader.frozen()
    for trial, parameters in zip(there, wanted, strict=False):
        known = {**trial.system_attrs.get("fixed_params", {}), **trial.params}
        if known != dict(parameters):
            raise StudyError(
                f"trial {trial.number} of {reader.name!r} must have the parameters of the list, {dict(parameters)}; "
                f"it has {known}"
            )
    left = _indices(reader.space, there)
    for parameters in wanted[len(there) :]:
        index = left.pop(_key(parameters), None)
        study.add_trial(
            create_trial(
                state=TrialState.WAITING,
                system_attrs={"fixed_params": dict(parameters)},
                user_attrs={} if index is None else {QUEUED: index},
            )
        )


def _indices(space: SearchSpace, there: Sequence[FrozenTrial]) -> dict[str, int]:
    """Places in the study's queue by parameters, of the points that no trial has: they must not be queued again."""
    taken = {trial.user_attrs.get(QUEUED) for trial in there}
    return {_key(point): index for index, point in enumerate(known_points(space)) if index not in taken}


def _key(parameters: Mapping[str, object]) -> str:
    return json.dumps(parameters, sort_keys=True)


def _note(reader: StudyReader, trial: FrozenTrial, run: RunElsewhere) -> None:
    """Let a trial know of an attempt at one of its runs, if it has not been told."""
    if trial.state.is_finished():
        return
    storage = reader.database.optuna
    # Optuna's own `ask` would take the trials that wait in their order; these may begin in any.
    if storage.get_trial(trial._trial_id).state is TrialState.WAITING:
        storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING)
    found = run.standing
    assert found.attempt is not None
    said = Replicate(
        run.assignment.identity.replicate or 0,
        attempt=found.attempt,
        epoch=found.epoch,
        seconds=found.seconds,
        end=_rest(found),
    )
    storage.set_trial_user_attr(trial._trial_id, said.key, said.said())


def _rest(found: Standing) -> TrialEnd | None:
    """Why a run that is not over rests; None for one that is."""
    if found.is_over:
        return None
    if found.end is None:
        return TrialEnd(End.LOST, CUT_OFF, 0, found.epoch)
    return found.end
