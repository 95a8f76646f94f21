"""Says what keeps MLflow from being complete, each thing once, and counts what it refuses."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from gansearch.storage.masking import masked, shown
from gansearch.tracking.store import damage

PATIENCE_S = 5.0
"""Seconds without success after which a failure is told to the user; a busy database needs some."""

_log = logging.getLogger("gansearch.tracking")


class Trouble:
    """What goes wrong between a study and MLflow.

    Args:
        uri: of the store.
        study: name of the study.
        say: takes sentences for the user; None logs them as warnings.
    """

    def __init__(self, uri: str, study: str, say: Callable[[str], None] | None) -> None:
        self._uri = uri
        self._at = shown(uri)
        self._study = study
        self._say = say or _log.warning
        self._succeeded = time.monotonic()
        self._told: set[str] = set()
        self._is_away = False
        self.count = 0
        """Points, files and other things that MLflow has refused."""
        self.reason: str | None = None
        """Why the last try failed; None where it went well."""

    def failed(self, error: Exception) -> None:
        """A try went wrong; it will be repeated."""
        self.reason = f"{type(error).__name__}: {' '.join(masked(str(error), self._uri).split())[:300]}"
        _log.debug("MLflow must be written again: %s", self.reason)
        damaged = damage(error)
        if damaged is not None:
            self._once(
                f"MLflow's store at {self._at} is damaged ({damaged}); the study goes on, and loses nothing. Put the "
                f"store right or move its file away, then run: gansearch track {self._study} --rebuild"
            )
        elif time.monotonic() - self._succeeded >= PATIENCE_S and not self._is_away:
            self._is_away = True
            self._say(
                f"MLflow cannot be brought up to date now ({self._at}: {self.reason}); the study goes on, and what is "
                "missing is written as soon as it can be"
            )

    def went_well(self) -> None:
        """A try went well."""
        if self._is_away:
            self._say(f"MLflow is brought up to date again ({self._at})")
        self._succeeded, self._is_away, self.reason = time.monotonic(), False, None

    def refused(self, count: int, error: Exception) -> None:
        """MLflow will never take ``count`` things."""
        self.count += count
        why = masked(str(error), self._uri)
        self._once(f"MLflow lacks something of this study (it refuses it: {why}); the study's records have all of it")

    def _once(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._say(sentence)
