"""A trial's records in an object store, which cannot append: one object ``<attempt>-<n>`` per segment.

Once a trial is over, ``compact`` makes one object of them. Readers and writers may be at work meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gansearch.curves.objects import Objects, Place, found_objects, part_path, places, whole_path
from gansearch.curves.segment import Scan, Segment, joined, placed, whole_segments
from gansearch.errors import CorruptFileError, StorageError
from gansearch.storage import Storage

ATTEMPT_BITS = 32
"""A cursor holds the attempt in its upper bits and the number of its next segment in the lower 32."""


class RemoteLog:
    """The objects below ``folder``; of one attempt, one writer."""

    def __init__(self, storage: Storage, folder: str, attempt: int) -> None:
        self._storage = storage
        self._folder = folder
        self._attempt = attempt
        self._next = 0

    def open(self) -> None:
        """Go on after the objects that this attempt has written; an object is whole or absent, so no end is torn."""
        found = found_objects(self._storage, self._folder)
        written = [*found.parts, *([] if found.covered is None else [found.covered])]
        self._next = 1 + max((n for attempt, n in written if attempt == self._attempt), default=-1)

    def append(self, attempt: int, payload: bytes, check: Callable[[], None]) -> None:
        """Write one object, once ``check`` has passed."""
        check()
        path = part_path(self._folder, (self._attempt, self._next))
        self._storage.write(path, placed(attempt, payload, 0, None))
        self._next += 1

    def read(self, cursor: int) -> Scan:
        """The segments after ``cursor``, in the order of attempts."""
        found = self._since(cursor)
        if found:
            cursor = _cursor(found[-1][0]) + 1
        return Scan([record for _, segment in found for record in segment.records], cursor)

    def segments(self) -> list[Segment]:
        """All of them."""
        return [segment for _, segment in self._since(0)]

    def replace(self, segments: Sequence[Segment]) -> None:
        """Let these be the record, which so far must hold the first of them; a crash leaves one of the two."""
        before = found_objects(self._storage, self._folder)
        whole = whole_path(self._folder, places(segments)[-1])
        if before.whole != whole:
            self._storage.write(whole, joined(segments))
        # Nothing else: what has come since is not in this whole.
        self._storage.delete_all([path for path in (*before.superseded, *before.current) if path != whole])

    def compact(self) -> int:
        """Make one object of all, and remove the others; how many were removed.

        Raises:
            CorruptFileError: where one is damaged or missing; nothing has been changed then.
            StorageError: where one cannot be read, written or removed; another call does the rest.
        """
        before = found_objects(self._storage, self._folder)
        if before.whole is None and len(before.parts) < 2:
            return 0
        leaving = list(before.superseded)
        if before.parts:
            found = self._read(before, 0)
            segments = [segment for _, segment in found]
            if places(segments) != [place for place, _ in found]:
                raise CorruptFileError(f"{self._storage.url}/{self._folder} is damaged: it lacks a segment")
            self._storage.write(whole_path(self._folder, found[-1][0]), joined(segments))
            leaving += before.current
        self._storage.delete_all(leaving)
        return len(leaving)

    def close(self) -> None:
        """Nothing: every object is complete."""

    def _since(self, cursor: int) -> list[tuple[Place, Segment]]:
        """The segments after ``cursor`` with their places."""
        objects = found_objects(self._storage, self._folder)
        while True:
            try:
                return self._read(objects, cursor)
            except StorageError:
                now = found_objects(self._storage, self._folder)
                # A whole has taken the place of what was to be read.
                if now.covered == objects.covered:
                    raise
                objects = now

    def _read(self, objects: Objects, cursor: int) -> list[tuple[Place, Segment]]:
        wanted = {path: place for place, path in objects.parts.items() if _cursor(place) >= cursor}
        if objects.whole is not None and objects.covered is not None and _cursor(objects.covered) >= cursor:
            wanted = {objects.whole: objects.covered, **wanted}
        found: list[tuple[Place, Segment]] = []
        for (path, place), content in zip(wanted.items(), self._storage.read_all(list(wanted)), strict=True):
            segments = whole_segments(content, f"{self._storage.url}/{path}")
            where = places(segments) if path == objects.whole else [place] * len(segments)
            if path == objects.whole and where[-1:] != [place]:
                raise CorruptFileError(
                    f"{self._storage.url}/{path} is damaged: it must end with the segment of its name"
                )
            found += zip(where, segments, strict=True)
        return [(place, segment) for place, segment in found if _cursor(place) >= cursor]


def _cursor(place: Place) -> int:
    attempt, n = place
    return (attempt << ATTEMPT_BITS) + n
