"""Counts what a tracker could not deliver, and says why, each reason once."""

from __future__ import annotations

import logging
import threading

_log = logging.getLogger("gansearch.tracking")


class Losses:
    """A counter that several threads may use."""

    def __init__(self) -> None:
        self.count = 0
        self._reasons: set[str] = set()
        self._lock = threading.Lock()

    def add(self, count: int, reason: str) -> None:
        """``count`` things are lost to MLflow because of ``reason``, a sentence fragment."""
        with self._lock:
            self.count += count
            if reason in self._reasons:
                return
            self._reasons.add(reason)
        _log.warning("MLflow lacks something of this study (%s); the trials' curves have all of it", reason)
