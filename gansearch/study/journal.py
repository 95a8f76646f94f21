"""The Optuna journal of one study as a local file: append-only, safe against several processes and torn writes.

Unlike Optuna's own file backend, its lock (``flock``) goes with the process that held it, a line that a killed process
left unfinished is cut off before the next one is added, and writes can be grouped under one ``fsync``. Lines have
checksums, and a copy beside the file mends what was damaged.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from optuna.storages.journal import BaseJournalBackend

from gansearch.errors import CorruptFileError, StorageError
from gansearch.storage.disk_errors import storage_errors
from gansearch.storage.local_files import sync_folder
from gansearch.study import journal_copy
from gansearch.study.journal_lines import DamagedLineError, Place, lines, walk, written

CHUNK = 4096
_logger = logging.getLogger(__name__)


class Journal(BaseJournalBackend):
    """One JSON line per operation.

    Args:
        path: of the file.
        readonly: neither creates nor changes it. Where it is damaged, its copy is read, or what stands before the
            damage; a warning says so.

    Raises:
        StorageError: where the file cannot be opened.
        CorruptFileError: where it is damaged, is to be written, and cannot be mended.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self._path = path
        self._readonly = readonly
        self._local = threading.local()
        self._read = self._end = Place()
        self._is_cut_short = False
        self._descriptor = -1
        try:
            if readonly:
                self._open_for_reading()
            else:
                self._open_for_writing()
        except BaseException:
            self.close()
            raise

    def read_logs(self, log_number_from: int) -> list[dict[str, Any]]:
        """Operations from number ``log_number_from`` on; a line that is still being written is left for later.

        Raises:
            CorruptFileError: where a line is not what was written, unless the journal is open for reading only.
        """
        place = self._read if self._read.number <= log_number_from else Place()
        logs: list[dict[str, Any]] = []
        try:
            for log, behind in lines(self._content(place.offset), place):
                if place.number >= log_number_from:
                    logs.append(log)
                place = behind
        except DamagedLineError as error:
            self._tell_damage(f"{self._path} is damaged: line {place.number + 1} {error}")
        self._read = place
        return logs

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Add operations, in one write; durable on return, or at the end of the group.

        Raises:
            StorageError: where they cannot be written; the file is left as it was.
        """
        if self._readonly:
            raise StorageError(f"{self._path} has been opened for reading only")
        with storage_errors("written", str(self._path)), self._locked():
            end = self._whole_end()
            content, checksum = written(logs, self._place_at(end).checksum)
            try:
                _write_all(self._descriptor, content)
            except OSError:
                os.ftruncate(self._descriptor, end)
                raise
            self._end = Place(self._end.number + len(logs), end + len(content), checksum)
            journal_copy.add(self._path, content)
            if not getattr(self._local, "is_grouped", False):
                os.fsync(self._descriptor)

    @contextmanager
    def group(self) -> Iterator[None]:
        """Make what this thread writes within the block durable together, at its end."""
        if getattr(self._local, "is_grouped", False):
            yield
            return
        self._local.is_grouped = True
        try:
            yield
        finally:
            self._local.is_grouped = False
            with storage_errors("written", str(self._path)):
                os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _open_for_reading(self) -> None:
        path, copy = self._path, journal_copy.copy_of(self._path)
        with storage_errors("opened", str(path)):
            is_lost = not path.exists() and copy.exists()
            self._descriptor = os.open(copy if is_lost else path, os.O_RDONLY)
        if is_lost:
            _logger.warning("%s does not exist; its copy is read instead", path)
            return
        try:
            # Locked, because a driver writes the journal first and then the copy.
            with storage_errors("read", str(path)), self._locked(fcntl.LOCK_SH):
                is_copy_better = journal_copy.sound_content(path, self._whole_content()) is not None
        except CorruptFileError:
            return  # told where the damage is met
        if is_copy_better:
            _logger.warning("%s is damaged; its copy is read instead, and gansearch resume mends it", path)
            os.close(self._descriptor)
            self._descriptor = os.open(copy, os.O_RDONLY)

    def _open_for_writing(self) -> None:
        with storage_errors("opened", str(self._path)):
            is_new = not self._path.exists()
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            if is_new:
                sync_folder(self._path.parent)
        with storage_errors("mended", str(self._path)), self._locked():
            content = self._whole_content()
            sound = journal_copy.sound_content(self._path, content)
            if sound is not None:
                journal_copy.mend(self._path, self._descriptor, content, sound)
            journal_copy.bring_up_to_date(self._path, content if sound is None else sound)

    def _whole_content(self) -> bytes:
        content = self._content(0)
        return content[: content.rfind(b"\n") + 1]

    def _content(self, offset: int) -> bytes:
        with storage_errors("read", str(self._path)):
            size = os.fstat(self._descriptor).st_size
            return os.pread(self._descriptor, size - offset, offset) if size > offset else b""

    def _tell_damage(self, message: str) -> None:
        """Raise, or warn once where the journal is only read."""
        if not self._readonly:
            raise CorruptFileError(message)
        if not self._is_cut_short:
            _logger.warning("%s; only what stands before it is read", message)
        self._is_cut_short = True

    def _place_at(self, end: int) -> Place:
        """The place at the end of the file: what others have added since the last write is walked over."""
        self._end, wrong = walk(self._content(self._end.offset)[: end - self._end.offset], self._end)
        if wrong is not None:
            raise CorruptFileError(f"{self._path} is damaged: line {self._end.number + 1} {wrong}")
        return self._end

    @contextmanager
    def _locked(self, kind: int = fcntl.LOCK_EX) -> Iterator[None]:
        fcntl.flock(self._descriptor, kind)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _whole_end(self) -> int:
        """Length of the file once an unfinished last line is cut off; its writer is dead, since the lock is ours."""
        size = end = os.fstat(self._descriptor).st_size
        if not size or os.pread(self._descriptor, 1, size - 1) == b"\n":
            return size
        while end > 0:
            start = max(0, end - CHUNK)
            newline = os.pread(self._descriptor, end - start, start).rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        os.ftruncate(self._descriptor, end)
        return end


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
