"""A trial's record as a whole, in any storage: whether there is one, its segments, and making one object of it."""

from __future__ import annotations

from collections.abc import Sequence

from gansearch.curves.remote_log import RemoteLog
from gansearch.curves.segment import Segment, joined
from gansearch.curves.writer import open_log, record_path
from gansearch.records import TrialIdentity
from gansearch.storage import Storage


def is_recorded(storage: Storage, identity: TrialIdentity) -> bool:
    """Whether anything was recorded about a trial."""
    return storage.exists(record_path(storage, identity))


def read_segments(storage: Storage, identity: TrialIdentity) -> list[Segment]:
    """All that was recorded, in its portions; a torn end is left out.

    Raises:
        CorruptFileError: where the record is damaged.
        StorageError: where it cannot be read.
    """
    return open_log(storage, identity, attempt=0).segments()


def replace_segments(storage: Storage, identity: TrialIdentity, segments: Sequence[Segment]) -> None:
    """Let these be a trial's record. Readers see the record before or this one, also after a crash.

    Args:
        storage: of the study.
        identity: of the trial, at which nobody is at work.
        segments: what its record holds so far, and more.

    Raises:
        StorageError: where it cannot be written.
    """
    log = open_log(storage, identity, attempt=0)
    if isinstance(log, RemoteLog):
        log.replace(segments)
    else:
        storage.write(record_path(storage, identity), joined(segments))


def compact(storage: Storage, identity: TrialIdentity) -> int:
    """Make one object of the objects of a trial that is over; how many were removed. A local file is one already.

    Readers see the same record before, meanwhile and afterwards. A crash leaves it whole too, and another call goes on.

    Raises:
        CorruptFileError: where the record is damaged; it is left as it is.
        StorageError: where it cannot be read or written.
    """
    return open_log(storage, identity, attempt=0).compact()
