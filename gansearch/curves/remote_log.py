"""A trial's records in an object store, which cannot append: one object ``<attempt>-<n>`` per segment."""

from __future__ import annotations

from collections.abc import Callable

from gansearch.curves.record import Record
from gansearch.curves.segment import Scan, placed, scan
from gansearch.errors import CorruptFileError
from gansearch.storage import Storage

ATTEMPT_BITS = 32
"""A cursor holds the attempt in its upper bits and the number of its next object in the lower 32."""


class RemoteLog:
    """The objects below ``folder``; of one attempt, one writer."""

    def __init__(self, storage: Storage, folder: str, attempt: int) -> None:
        self._storage = storage
        self._folder = folder
        self._attempt = attempt
        self._next = 0

    def open(self) -> None:
        """Go on after the objects that this attempt has written; an object is whole or absent, so no end is torn."""
        self._next = 1 + max((n for attempt, n in self._objects() if attempt == self._attempt), default=-1)

    def append(self, attempt: int, payload: bytes, check: Callable[[], None]) -> None:
        """Write one object, once ``check`` has passed."""
        check()
        self._storage.write(self._path(self._attempt, self._next), placed(attempt, payload, 0, None))
        self._next += 1

    def read(self, cursor: int) -> Scan:
        """The segments after ``cursor``, in the order of attempts."""
        records: list[Record] = []
        for attempt, n in self._objects():
            if (attempt << ATTEMPT_BITS) + n < cursor:
                continue
            path = self._path(attempt, n)
            content = self._storage.read(path)
            found = scan(content, f"{self._storage.url}/{path}")
            if found.end != len(content):
                raise CorruptFileError(f"{self._storage.url}/{path} is damaged: it ends within a segment")
            records.extend(found.records)
            cursor = (attempt << ATTEMPT_BITS) + n + 1
        return Scan(records, cursor)

    def close(self) -> None:
        """Nothing: every object is complete."""

    def _objects(self) -> list[tuple[int, int]]:
        names = (path.rpartition("/")[2] for path in self._storage.list(self._folder))
        return sorted((int(attempt), int(n)) for attempt, _, n in (name.partition("-") for name in names))

    def _path(self, attempt: int, n: int) -> str:
        return f"{self._folder}/{attempt}-{n:06d}"
