"""Reads a trial's record, whole or from where an earlier reading stopped."""

from __future__ import annotations

from gansearch.curves.record import Record
from gansearch.curves.writer import open_log
from gansearch.records import TrialIdentity
from gansearch.storage import Storage


def read_curve(storage: Storage, identity: TrialIdentity, cursor: int = 0) -> tuple[list[Record], int]:
    """The records written since ``cursor``, and the cursor for the next reading.

    Args:
        storage: of the study.
        identity: of the trial.
        cursor: 0, or what an earlier call returned. Only whole segments are read, so a record is never split.

    Raises:
        CorruptFileError: where the record is damaged, with file and offset.
        StorageError: where it cannot be read.
    """
    found = open_log(storage, identity, attempt=0).read(cursor)
    return found.records, found.end
