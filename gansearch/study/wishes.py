"""What the user wants of a study that somebody drives: that it stop, or that single trials do. Kept in its storage."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from optuna.storages import BaseStorage

STOP: Final = "stop"
"""User attribute of the study: ``{"discard": bool}``, or None."""
STOP_TRIAL: Final = "stop:"
"""Of the study, followed by a trial's number: the same about that trial alone."""

POLL_S: Final = 1.0
"""Seconds between looks into the storage."""


class Wishes:
    """The wishes since this driver began; those of earlier times are forgotten.

    Args:
        storage: Optuna's.
        study_id: Optuna's.
    """

    def __init__(self, storage: BaseStorage, study_id: int) -> None:
        self._storage = storage
        self._study_id = study_id
        self._looked = time.monotonic()
        self.stop: Mapping[str, bool] | None = None
        """That the whole study stop, with whether to discard what has not ended."""
        self.discarded: set[int] = set()
        """Numbers of the trials to be given up for good."""
        self.resting: set[int] = set()
        """Numbers of the trials that shall rest."""
        for key, wish in self._attributes().items():
            if wish is not None and _is_wish(key):
                storage.set_study_user_attr(study_id, key, None)

    def look(self) -> set[int]:
        """Look for new wishes, at most once a second; the numbers of the trials that they are about."""
        if time.monotonic() - self._looked < POLL_S:
            return set()
        self._looked = time.monotonic()
        found = {key: wish for key, wish in self._attributes().items() if wish is not None and _is_wish(key)}
        self.stop = self.stop or found.pop(STOP, None)
        wanted = {int(key.removeprefix(STOP_TRIAL)): wish["discard"] for key, wish in found.items() if key != STOP}
        discarded = {number for number, discard in wanted.items() if discard}
        new = (set(wanted) - self.resting - self.discarded) | (discarded - self.discarded)
        self.discarded |= discarded
        self.resting = set(wanted) - self.discarded
        return new

    def _attributes(self) -> dict[str, Any]:
        return self._storage.get_study_user_attrs(self._study_id)


def is_stopping(attributes: Mapping[str, Any]) -> bool:
    """Whether the user has asked the study to stop, by its user attributes."""
    return attributes.get(STOP) is not None


def wish(storage: BaseStorage, study_id: int, *, number: int | None, discard: bool) -> None:
    """Ask the study's driver to stop one trial, or (None) the study."""
    key = STOP if number is None else f"{STOP_TRIAL}{number}"
    storage.set_study_user_attr(study_id, key, {"discard": discard})


def _is_wish(key: str) -> bool:
    return key == STOP or key.startswith(STOP_TRIAL)
