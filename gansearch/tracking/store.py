"""Opens a tracking store or server, as often as it takes; knows a SQLite file that was replaced, and a damaged one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from gansearch.errors import TrackingError
from gansearch.tracking.location import sqlite_file
from gansearch.tracking.run_writer import RunWriter

_DAMAGED = ("file is not a database", "database disk image is malformed", "unsupported file format")
"""What SQLite says of a file that it cannot read, here or on the server."""


class DamagedStoreError(TrackingError):
    """A store that has to be mended before anything can be written to it."""


class Store:
    """One tracking store or server.

    Args:
        uri: its address.
        make: makes the writer, once the store is known to be sound.
    """

    def __init__(self, uri: str, make: Callable[[], RunWriter]) -> None:
        self.uri = uri
        self._make = make
        self._file = sqlite_file(uri)
        self._opened: tuple[int, int] | None = None

    def open(self) -> RunWriter:
        """Open it, making it where there is none.

        Raises:
            DamagedStoreError: where its file is damaged.
            OSError: where its file cannot be made or read.
            sqlite3.OperationalError: where it cannot be opened.
            MlflowException: where it does not answer.
        """
        if self._file is not None:
            if self._opened is None or self.is_replaced():
                forget(self.uri)
            _check_file(self._file)
        writer = self._make()
        self._opened = None if self._file is None else _inode(self._file)
        return writer

    def is_replaced(self) -> bool:
        """Whether the file is another than the one that was opened.

        A connection would go on writing into a deleted file without a word.
        """
        return self._file is not None and self._opened is not None and _inode(self._file) != self._opened


def damage(error: BaseException) -> str | None:
    """What is wrong with the store's content, where that is what an error says; None for any other."""
    text = str(error)
    return next((words for words in _DAMAGED if words in text), None)


def check_sound(uri: str) -> None:
    """Whether the SQLite file of a store can be opened; any other store passes, and so does a file that is not there.

    Raises:
        DamagedStoreError: where it is damaged, with what to do.
    """
    file = sqlite_file(uri)
    if file is None or not file.is_file():
        return
    try:
        _check_file(file)
    except (DamagedStoreError, OSError, sqlite3.OperationalError) as error:
        raise DamagedStoreError(
            f"MLflow's store {file} cannot be read ({error}). It is made from studies' records: move the file away, "
            "then run for each study: gansearch track NAME --rebuild"
        ) from error


def forget(uri: str) -> None:
    """Let MLflow, which keeps stores and their connections for the life of the process, open ``uri`` anew."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from mlflow.tracking._tracking_service import utils

    engine = SqlAlchemyStore._engine_map.pop(uri, None)
    if engine is not None:
        engine.dispose()
    utils._tracking_store_registry._get_store_with_resolved_uri.cache_clear()


def _check_file(file: Path) -> None:
    """Whether SQLite can open the file; MLflow would try again for minutes, and this asks it once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if damage(error) is None:
            raise
        raise DamagedStoreError(f"MLflow's store {file} is damaged: {error}") from error
    finally:
        connection.close()


def _inode(file: Path) -> tuple[int, int] | None:
    """What tells the file from one made later under its name; None where there is none."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
