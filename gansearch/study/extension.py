"""A trial that goes on where another ended, for more epochs: a new trial, from the old one's record and checkpoint.

The old trial stays as it was told. The new one has its parameters, its seed and a copy of its record, so that it is the
run that the old one would have been with more epochs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import optuna
from optuna.trial import FrozenTrial, TrialState, create_trial

from gansearch.curves import Curve, read_curve
from gansearch.curves.whole import is_recorded
from gansearch.errors import StudyError
from gansearch.records import Setting, TrialIdentity
from gansearch.storage import Storage
from gansearch.trial.copying import TrialCopy

ATTRIBUTE: Final = "extension"
"""User attribute of the new trial."""
_EPOCHS = re.compile(r"(?P<plus>\+)?(?P<number>\d+(\.\d+)?)(?P<times>x)?")


@dataclass(frozen=True)
class Extension:
    """What a trial extends."""

    of: int
    """Number of the trial that it goes on from."""
    origin: int
    """Number of the trial that began anew: its seed is theirs too."""
    epochs: int
    """Epochs in all, those of the old trial counted."""


def read_extension(attributes: Mapping[str, Any]) -> Extension | None:
    """From a trial's user attributes; None for one that began anew."""
    said = attributes.get(ATTRIBUTE)
    return None if said is None else Extension(**said)


def extended(settings: Mapping[str, Setting], extension: Extension | None) -> dict[str, Setting]:
    """A trial's settings, with its own number of epochs where it is an extension."""
    return {**settings} if extension is None else {**settings, "training.epochs": extension.epochs}


def epochs_of(text: str, planned: int) -> int:
    """Epochs in all.

    Args:
        text: ``10x`` the planned ones, ``+20`` to them, or ``60`` in all.
        planned: of the old trial.

    Raises:
        StudyError: where it is none of the three.
    """
    found = _EPOCHS.fullmatch(text.strip())
    if found is None or (found["plus"] and found["times"]) or ("." in found["number"] and not found["times"]):
        raise StudyError(f"epochs must be said as 10x, +20 or 60; got {text!r}")
    if found["times"]:
        return round(planned * float(found["number"]))
    return int(found["number"]) + (planned if found["plus"] else 0)


def add_extension(study: optuna.Study, old: FrozenTrial, epochs: int) -> FrozenTrial:
    """Give the study a trial that extends ``old``; it is running, as one that a driver has left behind."""
    before = read_extension(old.user_attrs)
    extension = Extension(old.number, old.number if before is None else before.origin, epochs)
    new = create_trial(
        state=TrialState.RUNNING,
        params=old.params,
        distributions=old.distributions,
        user_attrs={ATTRIBUTE: asdict(extension)},
    )
    trial_id = study._storage.create_new_trial(study._study_id, template_trial=new)
    return study._storage.get_trial(trial_id)


def take_over_record(storage: Storage, old: TrialIdentity, new: TrialIdentity) -> int:
    """Copy what was recorded of the old run; the attempt with which the new one goes on. A second call does no harm.

    Raises:
        CorruptFileError: where the record is damaged.
    """
    if not is_recorded(storage, old):
        return 0
    TrialCopy(storage, storage, old, new).run()
    attempt = Curve.of(read_curve(storage, new)[0]).attempt
    return 0 if attempt is None else attempt + 1
