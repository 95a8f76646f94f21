"""The Optuna journal of one study as a local file: append-only, safe against several processes and torn writes.

Unlike Optuna's own file backend, its lock (``flock``) goes with the process that held it, a line that a killed process
left unfinished is cut off before the next one is added, and writes can be grouped under one ``fsync``.
"""

from __future__ import annotations

import fcntl
import json
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

CHUNK = 4096


class Journal(BaseJournalBackend):
    """One JSON line per operation.

    Args:
        path: of the file.
        readonly: neither creates nor changes it.

    Raises:
        StorageError: where the file cannot be opened.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self._path = path
        self._readonly = readonly
        self._local = threading.local()
        self._read: tuple[int, int] = (0, 0)
        with storage_errors("opened", str(path)):
            is_new = not path.exists()
            flags = os.O_RDONLY if readonly else os.O_RDWR | os.O_APPEND | os.O_CREAT
            self._descriptor = os.open(path, flags, 0o644)
            if is_new and not readonly:
                sync_folder(path.parent)

    def read_logs(self, log_number_from: int) -> list[dict[str, Any]]:
        """Operations from number ``log_number_from`` on; a line that is still being written is left for later.

        Raises:
            CorruptFileError: where a line is not JSON.
        """
        number, offset = self._read if self._read[0] <= log_number_from else (0, 0)
        with storage_errors("read", str(self._path)):
            size = os.fstat(self._descriptor).st_size
            content = os.pread(self._descriptor, size - offset, offset) if size > offset else b""
        logs: list[dict[str, Any]] = []
        for line in content[: content.rfind(b"\n") + 1].splitlines(keepends=True):
            if number >= log_number_from:
                logs.append(self._parsed(line, number))
            number, offset = number + 1, offset + len(line)
        self._read = (number, offset)
        return logs

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Add operations, in one write; durable on return, or at the end of the group.

        Raises:
            StorageError: where they cannot be written; the file is left as it was.
        """
        if self._readonly:
            raise StorageError(f"{self._path} has been opened for reading only")
        content = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs).encode()
        with storage_errors("written", str(self._path)), self._locked():
            end = self._whole_end()
            try:
                _write_all(self._descriptor, content)
            except OSError:
                os.ftruncate(self._descriptor, end)
                raise
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

    def _parsed(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            log: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise CorruptFileError(f"{self._path} is damaged: line {number + 1} is not JSON ({error})") from error
        return log

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
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
