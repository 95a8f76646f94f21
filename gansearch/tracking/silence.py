"""Keeps MLflow quiet in the tracker's own thread, and its network calls short, without touching anyone else's use.

MLflow reports each migration of a new store, prints a link for every run that ends, and repeats a failed request for
minutes on its own. The tracker says itself what a user needs to know, and repeats what failed by its own rules.
"""

from __future__ import annotations

import logging
import os
import threading

_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "15",
}
_LOGGERS = ("mlflow", "alembic", "sqlalchemy.engine")


def prepare_environment() -> None:
    """Set what MLflow reads from the environment, where the user has not set it. Call before MLflow is imported."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def silence_this_thread() -> None:
    """Drop what MLflow and its database libraries log from the calling thread. Call after MLflow is imported.

    Their handlers are shared with the whole process, hence a filter by thread rather than a level.
    """
    quiet = _NotFromThread(threading.get_ident())
    for name in _LOGGERS:
        for handler in logging.getLogger(name).handlers:
            if not any(known == quiet for known in handler.filters):
                handler.addFilter(quiet)


class _NotFromThread(logging.Filter):
    def __init__(self, ident: int) -> None:
        super().__init__()
        self._ident = ident

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _NotFromThread) and other._ident == self._ident

    def __hash__(self) -> int:
        return hash(self._ident)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether ``record`` may be shown."""
        return record.thread != self._ident or not record.name.startswith(_LOGGERS)
