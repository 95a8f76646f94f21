"""Connections to a database that is being restarted: whoever needs one waits until it answers again, for a while."""

from __future__ import annotations

import time
from typing import Any, Final

from sqlalchemy import Engine, event

PATIENCE_S: Final = 40.0
"""How long one connection is tried; well below the time after which a lease that is not renewed counts as given up."""
AGAIN_S: Final = 0.5
CHECKED: Final = {"pool_pre_ping": True}
"""For SQLAlchemy: a connection that has died since its last use is noticed, and made anew, before it is used."""


def is_server(url: str) -> bool:
    """Whether the database is a process of its own, which can be restarted."""
    return not url.startswith("sqlite")


def keep_trying(engine: Engine) -> None:
    """Let every further connection of ``engine`` be tried until the server answers; one that it has is not touched."""
    event.listen(engine, "do_connect", connect)


def connect(dialect: Any, _: object, arguments: Any, options: Any) -> Any:
    """A connection as the dialect makes it, tried for ``PATIENCE_S``; called by SQLAlchemy.

    Raises:
        OperationalError: of the database's own driver, where the server has not answered by then.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return dialect.connect(*arguments, **options)
        except dialect.loaded_dbapi.OperationalError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(AGAIN_S)
