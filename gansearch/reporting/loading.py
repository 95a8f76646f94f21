"""Reads a study and its trials' curves; it takes no lease and changes nothing, so a running study can be read too."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from gansearch.curves import Curve, read_curve
from gansearch.errors import CorruptFileError, SpaceError
from gansearch.records import Setting, TrialIdentity
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.signal_windows import thinned
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study.noise_floor import read_noise_floor
from gansearch.study.runs import find_run
from gansearch.study.seeds import run_seed
from gansearch.study.status import WAITING, TrialRow
from gansearch.study.study_reader import StudyReader, open_readonly


def load_material(name: str, storage: Storage, links: Mapping[str, str] | None = None) -> StudyMaterial:
    """What a report on the study called ``name`` is made from. Of signals it has window means, not every step.

    Args:
        name: of the study.
        storage: its folder.
        links: page of each trial's run by identity, where a tracking server shows them.

    Raises:
        StudyNotFoundError: where there is none.
    """
    with open_readonly(name, storage) as study, _uncollected():
        rows = [row for row in study.trials() if row.end is not None or row.state != WAITING]
        trials = tuple(_without_steps(_trial(row, study, storage)) for row in rows)
        floors = read_noise_floor(storage)
        return StudyMaterial(
            name,
            study.space,
            study.seed,
            trials,
            study.trials_wanted,
            links or {},
            study_id=study.metadata.id,
            noise_floors=floors,
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without passes of the garbage collector over what is only being added to: a fifth of the time of 500 runs."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def load_run(identity: TrialIdentity, storage: Storage) -> tuple[TrialMaterial, SearchSpace]:
    """One run, and the space that it comes from.

    Raises:
        StudyNotFoundError: where there is no such study.
        StudyError: where the study has no such run.
    """
    with open_readonly(identity.study, storage) as study:
        return _trial(find_run(study, identity.number, identity.replicate), study, storage), study.space


def _without_steps(trial: TrialMaterial) -> TrialMaterial:
    """The trial with window means in place of its signals: 500 runs of 47,000 steps would take 1.3 GB."""
    windows = {name: thinned(values) for name, values in trial.curve.signals.items()}
    steps = trial.curve.steps
    trial.curve.signals = {}
    return replace(trial, windows=windows, recorded_steps=steps)


def _trial(row: TrialRow, study: StudyReader, storage: Storage) -> TrialMaterial:
    curve = _curve(row.identity, storage)
    return TrialMaterial(
        identity=row.identity,
        parameters=row.params,
        settings=_settings(row, study),
        seed=run_seed(study.space.plan, study.seed, row.number, row.replicate),
        values=row.values,
        curve=Curve() if curve is None else curve,
        end=row.end,
        reason=row.reason or "",
        kind=row.kind or "",
        seconds=row.seconds,
        is_readable=curve is not None,
        trial_values=row.trial_values,
    )


def _settings(row: TrialRow, study: StudyReader) -> dict[str, Setting]:
    """The whole configuration; of a trial whose driver died while choosing, as much of it as was chosen."""
    try:
        return study.space.settings(row.params)
    except SpaceError:
        return {**study.space.fixed, **row.params}


def _curve(identity: TrialIdentity, storage: Storage) -> Curve | None:
    """The trial's record, or None where it is damaged: one bad file must not keep the others from being reported."""
    try:
        return Curve.of(read_curve(storage, identity)[0])
    except CorruptFileError:
        return None
