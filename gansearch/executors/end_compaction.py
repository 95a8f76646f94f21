"""At the end of a launch: makes one object of the many that an object store holds of each trial that is over.

Nothing waits for it but the report, which then reads one object a trial. What a crash or a store that is away leaves
undone is done at the end of the next launch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from gansearch.curves.whole import compact
from gansearch.curves.writer import FOLDER
from gansearch.errors import StorageError
from gansearch.records import TrialIdentity
from gansearch.storage import Storage
from gansearch.study.status import TrialRow

AT_ONCE = 8
"""Trials at a time: a store takes its time for each request, and many requests."""
NOT_OVER = ("running", "waiting")


def compact_at_end(storage: Storage, rows: Sequence[TrialRow], say: Callable[[str], None]) -> None:
    """Compact the records of the trials that are over; what cannot be must not spoil a search that has ended.

    Args:
        storage: of the study.
        rows: every run of it, as it stands.
        say: told what could not be compacted.
    """
    if storage.local_path() is not None:
        return
    try:
        objects = Counter(path.split("/")[1] for path in storage.list(FOLDER))
    except StorageError as error:
        say(f"records stay in their portions until the next launch: {error}")
        return
    over = [row.identity for row in rows if row.state not in NOT_OVER and objects[str(row.identity)] > 1]
    with ThreadPoolExecutor(AT_ONCE, "compaction") as pool:
        found = list(pool.map(lambda identity: _failure(storage, identity), over))
    failed = [(identity, why) for identity, why in zip(over, found, strict=True) if why is not None]
    if failed:
        identity, why = failed[0]
        others = f", as do those of {len(failed) - 1} more" if len(failed) > 1 else ""
        say(f"the records of {identity} stay in their portions until the next launch{others}: {why}")


def _failure(storage: Storage, identity: TrialIdentity) -> StorageError | None:
    try:
        compact(storage, identity)
    except StorageError as error:
        return error
    return None
