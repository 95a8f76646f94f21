"""Appends what happens in a trial to its record, in durable portions."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

import numpy as np

from gansearch.curves.local_log import LocalLog
from gansearch.curves.record import Record
from gansearch.curves.remote_log import RemoteLog
from gansearch.curves.segment import lines
from gansearch.errors import FencedError
from gansearch.records import TrialIdentity
from gansearch.storage import Storage

FOLDER: Final = "records"


def open_log(storage: Storage, identity: TrialIdentity, attempt: int) -> LocalLog | RemoteLog:
    """What reads and writes a trial's records where they lie."""
    path = record_path(storage, identity)
    local = storage.local_path(path)
    return RemoteLog(storage, path, attempt) if local is None else LocalLog(local)


def record_path(storage: Storage, identity: TrialIdentity) -> str:
    """Where a trial's records lie: the file ``records/<identity>.records``, or objects below ``records/<identity>``."""
    return f"{FOLDER}/{identity}" + (".records" if storage.local_path() is not None else "")


class CurveWriter:
    """Writes the records of one attempt at a trial.

    Opening it fences the writers of older attempts and cuts a torn end back to the last whole segment.

    Args:
        storage: of the study.
        identity: of the trial.
        attempt: 0 at first.

    Raises:
        FencedError: where a newer attempt writes already.
        CorruptFileError: where the record so far is damaged.
        StorageError: where it cannot be written.
    """

    def __init__(self, storage: Storage, identity: TrialIdentity, attempt: int) -> None:
        self._storage = storage
        self._identity = identity
        self._attempt = attempt
        self._pending: list[Record] = []
        storage.fence(identity, attempt)
        self._log = open_log(storage, identity, attempt)
        self._log.open()

    def append(self, record: Record) -> None:
        """Take a record; it is written by the next ``flush``."""
        if record.attempt != self._attempt:
            raise ValueError(f"a record must be of attempt {self._attempt}; got attempt {record.attempt}")
        payload = {key: _kept(value) for key, value in record.payload.items()}
        self._pending.append(replace(record, payload=payload, time=time.time()))

    def flush(self) -> None:
        """Write what has been appended as one segment, durably.

        Raises:
            FencedError: where a newer attempt has begun; what was pending is dropped.
            StorageError: where it cannot be written; it stays pending.
        """
        if not self._pending:
            return
        try:
            self._log.append(self._attempt, lines(self._pending), self.check_fence)
        except FencedError:
            self._pending.clear()
            raise
        self._pending.clear()

    def check_fence(self) -> None:
        """Whether this attempt may still write, be it records or a checkpoint.

        Raises:
            FencedError: where a newer attempt has begun.
        """
        self._storage.check_fence(self._identity, self._attempt)

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        try:
            self.flush()
        finally:
            self._log.close()


def _kept(value: object) -> object:
    """``value`` with copies of its arrays: the caller may reuse its buffers before the flush."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: _kept(inner) for key, inner in value.items()}
    return value
