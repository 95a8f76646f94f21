"""Where a study's decisions are kept: a journal in its folder, or a database behind a URL."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import optuna
from optuna.storages import BaseStorage, InMemoryStorage, JournalStorage, RDBStorage

from gansearch.errors import CorruptFileError, StorageError, StudyError
from gansearch.storage import Storage, place
from gansearch.storage.masking import masked, without_password
from gansearch.study.journal import Journal

VARIABLE = "GANSEARCH_DATABASE"
JOURNAL_FILE = "study.journal"
KIND_FILE = "database"
"""Holds ``journal``, or the database's URL without its password."""
JOURNAL = "journal"


@dataclass(frozen=True, eq=False)
class Database:
    """An open Optuna storage."""

    optuna: BaseStorage
    journal: Journal | None
    """None behind a URL and in memory."""
    is_shared: bool = True
    """Whether others than this machine's user may write it."""

    @contextmanager
    def group(self) -> Iterator[None]:
        """Make the writes within the block durable together, at its end."""
        if self.journal is None:
            yield
            return
        with self.journal.group():
            yield

    def close(self) -> None:
        """Let go of files and connections."""
        if self.journal is not None:
            self.journal.close()
        elif isinstance(self.optuna, RDBStorage):
            self.optuna.remove_session()
            self.optuna.engine.dispose()


def create_database(storage: Storage, url: str | None = None) -> Database:
    """The place for a new study's decisions; an existing one is opened.

    Args:
        storage: the study's folder.
        url: of a database that Optuna can use; None takes ``$GANSEARCH_DATABASE``, or else a journal in the folder.

    Raises:
        StudyError: where the folder is not on this machine and there is no URL.
        StorageError: where it cannot be opened.
    """
    if storage.exists(KIND_FILE):
        return open_database(storage, url)
    url = url or os.environ.get(VARIABLE)
    check_database(storage, url)
    storage.write(KIND_FILE, (JOURNAL if url is None else without_password(url)).encode())
    return open_database(storage, url)


def check_database(storage: Storage, url: str | None = None) -> None:
    """Whether a study's decisions have a place.

    Raises:
        StudyError: where its folder is not on this machine, and neither ``url`` nor ``$GANSEARCH_DATABASE`` says one.
    """
    if storage.local_path() is None and not (url or os.environ.get(VARIABLE)) and not storage.exists(KIND_FILE):
        raise StudyError(
            f"the study's folder {storage.url} is not on this machine, so its decisions need a database: "
            f"set {VARIABLE} to a URL such as postgresql://user@host/name"
        )


def open_database(storage: Storage, url: str | None = None, *, readonly: bool = False) -> Database:
    """Open what ``create_database`` made.

    Args:
        storage: the study's folder.
        url: where the URL that is kept lacks a password; None takes ``$GANSEARCH_DATABASE``, or else the one kept.
        readonly: for a journal, neither creates nor changes it.

    Raises:
        StorageError: where it cannot be opened.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # its other messages repeat what our status shows
    kind = storage.read(KIND_FILE).decode()
    if kind != JOURNAL:
        return Database(_connect(url or os.environ.get(VARIABLE) or kind), None)
    path = storage.local_path(JOURNAL_FILE)
    if path is None:
        raise StorageError(f"the journal of {storage.url} must lie on this machine")
    journal = Journal(path, readonly=readonly)
    try:
        return Database(JournalStorage(journal), journal, is_shared=_others_may_write(path))
    except (KeyError, ValueError, TypeError, AssertionError) as error:  # from replaying what lacks a checksum
        journal.close()
        raise CorruptFileError(f"{path} holds something else than a study's operations: {error!r}") from error
    except BaseException:
        journal.close()
        raise


def memory_database() -> Database:
    """A database that is gone with this process, for a study that is only simulated."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return Database(InMemoryStorage(), None, is_shared=False)


def has_database(storage: Storage) -> bool:
    """Whether a study was begun in this folder."""
    with suppress(StorageError):
        return storage.exists(KIND_FILE)
    return False


def _connect(url: str) -> RDBStorage:
    # SQLAlchemy's errors are a family of their own for every database.
    from sqlalchemy.exc import IntegrityError, ProgrammingError, SQLAlchemyError

    try:
        try:
            return _optuna_storage(url)
        except (IntegrityError, ProgrammingError):  # somebody else makes Optuna's tables at this moment
            return _optuna_storage(url)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        # Without its cause, which a traceback would show: that may hold the password.
        raise StorageError(
            f"the database {without_password(url)} cannot be opened: {masked(str(error), url)}"
        ) from None


def _optuna_storage(url: str) -> RDBStorage:
    from gansearch.study.reconnecting import CHECKED, is_server, keep_trying

    if not is_server(url):
        return RDBStorage(url)
    found = RDBStorage(url, engine_kwargs=dict(CHECKED))
    keep_trying(found.engine)  # from now on: an address that is wrong is told at once
    return found


def _others_may_write(journal: Path) -> bool:
    """Whether a journal lies where machines share their studies, or where any user of this machine may write."""
    if os.environ.get(place.VARIABLE):
        return True
    return any(path.stat().st_mode & stat.S_IWOTH for path in (journal.parent, journal) if path.exists())
