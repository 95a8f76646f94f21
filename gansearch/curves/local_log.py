"""A trial's records as one local file, to which whole segments are appended."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gansearch.curves.segment import LONGEST_HEADER, Scan, Segment, origin, placed, scan, segments
from gansearch.storage.disk_errors import storage_errors
from gansearch.storage.local_files import sync_folder


class LocalLog:
    """The file at ``path``.

    Appending and cutting back hold the file's lock, within which the fence is looked at: a writer that has been
    replaced cannot slip a segment in behind its successor's back. The lock goes with the process that held it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def open(self) -> None:
        """Create the file, or cut a torn end back to the last whole segment.

        Raises:
            CorruptFileError: where the file is damaged before its end.
            StorageError: where it cannot be written.
        """
        with storage_errors("opened", str(self._path)):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not self._path.exists()
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            if is_new:
                sync_folder(self._path.parent)
        with self._locked() as descriptor:
            end = scan(self._path.read_bytes(), str(self._path)).end
            if end < os.fstat(descriptor).st_size:
                os.ftruncate(descriptor, end)
                os.fsync(descriptor)

    def append(self, attempt: int, payload: bytes, check: Callable[[], None]) -> None:
        """Append a segment durably, once ``check`` has passed; a failed write leaves the file as it was."""
        with self._locked() as descriptor:
            check()
            before = os.fstat(descriptor).st_size
            first = origin(os.pread(descriptor, LONGEST_HEADER, 0))
            try:
                _write_all(descriptor, placed(attempt, payload, before, first))
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, before)
                raise

    def read(self, cursor: int) -> Scan:
        """Whole segments from byte ``cursor`` on."""
        if not self._path.exists():
            return Scan([], cursor)
        with storage_errors("read", str(self._path)), self._path.open("rb") as file:
            first = origin(file.read(LONGEST_HEADER))
            file.seek(cursor)
            content = file.read()
        return scan(content, str(self._path), cursor, first)

    def segments(self) -> list[Segment]:
        """All whole segments."""
        if not self._path.exists():
            return []
        with storage_errors("read", str(self._path)):
            content = self._path.read_bytes()
        return segments(content, str(self._path))[0]

    def compact(self) -> int:
        """Nothing: a file is one already."""
        return 0

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def _locked(self) -> Iterator[int]:
        if self._descriptor is None:
            raise ValueError(f"the record file {self._path} is closed")
        with storage_errors("written", str(self._path)):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                yield self._descriptor
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
