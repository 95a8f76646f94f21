"""Keeps MLflow quiet in the tracker's own thread, and its network calls short, without touching anyone else's use.

MLflow reports each migration of a new store, prints a link for every run that ends, and repeats a failed request for
minutes on its own. The tracker says itself what a user needs to know, and repeats what failed by its own rules.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "15",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # six processes of 240 MB that we have no use for
}
_IMPORTING = threading.Lock()
_LOGGERS = ("mlflow", "alembic", "sqlalchemy.engine")


def prepare_environment() -> None:
    """Set what MLflow reads from the environment, where the user has not set it. Call before MLflow is imported."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def import_mlflow() -> None:
    """Import MLflow whole before anything of it is imported: two threads that begin at different ends of it fail both.

    The tracker's thread does so while the driver may already be linking its report to the runs.
    """
    with _IMPORTING:
        import mlflow  # noqa: F401


@contextmanager
def quiet_thread() -> Iterator[None]:
    """Drop what MLflow and its database libraries log from the calling thread.

    Their handlers are shared with the whole process, hence a filter by thread rather than a level. It is taken off at
    the end: the next thread may get the same number.
    """
    import_mlflow()  # configures its handlers, which are then told to leave this thread out
    quiet = _NotFromThread(threading.get_ident())
    handlers = [handler for name in _LOGGERS for handler in logging.getLogger(name).handlers]
    for handler in handlers:
        handler.addFilter(quiet)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(quiet)


class _NotFromThread(logging.Filter):
    def __init__(self, ident: int) -> None:
        super().__init__()
        self._ident = ident

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether ``record`` may be shown."""
        return record.thread != self._ident or not record.name.startswith(_LOGGERS)
