"""Files under one local folder. A write is seen whole or not at all, also after a power cut."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from gansearch.storage.disk_errors import storage_errors

TEMPORARY = ".writing"
"""Suffix of a file that is being written; such files are never listed."""


class LocalFiles:
    """Reads and writes under ``root``; paths are relative to it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, content: bytes) -> None:
        """Replace the file by ``content``: a temporary file beside it, made durable, then renamed over it."""
        target = self.root / path
        with storage_errors("written", str(target)):
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.parent / f".{target.name}.{uuid.uuid4().hex}{TEMPORARY}"
            try:
                _write_durably(temporary, content)
                temporary.replace(target)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            sync_folder(target.parent)

    def read(self, path: str) -> bytes:
        """The file's content."""
        with storage_errors("read", str(self.root / path)):
            return (self.root / path).read_bytes()

    def read_all(self, paths: Sequence[str]) -> list[bytes]:
        """The contents of several files."""
        return [self.read(path) for path in paths]

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        with storage_errors("looked up", str(self.root / path)):
            return (self.root / path).exists()

    def size(self, path: str) -> int:
        """Bytes of the file; 0 where there is none."""
        with storage_errors("looked up", str(self.root / path)):
            try:
                return (self.root / path).stat().st_size
            except FileNotFoundError:
                return 0

    def files(self, path: str) -> list[str]:
        """Every file below ``path``, relative to the root, sorted."""
        with storage_errors("listed", str(self.root / path)):
            files = (found for found in (self.root / path).rglob("*") if found.is_file())
            return sorted(found.relative_to(self.root).as_posix() for found in files if found.suffix != TEMPORARY)

    def delete_unfinished(self, path: str) -> None:
        """Remove what writers that were killed have left below ``path``; one that still writes there fails."""
        with storage_errors("deleted", str(self.root / path)):
            for found in (self.root / path).rglob(f".*{TEMPORARY}"):
                found.unlink(missing_ok=True)

    def folders(self) -> list[str]:
        """Names of the folders directly below the root, sorted."""
        if not self.root.is_dir():
            return []
        with storage_errors("listed", str(self.root)):
            return sorted(found.name for found in self.root.iterdir() if found.is_dir())

    def delete(self, path: str) -> None:
        """Remove the file; one that is not there is no error."""
        with storage_errors("deleted", str(self.root / path)):
            (self.root / path).unlink(missing_ok=True)

    def delete_all(self, paths: Sequence[str]) -> None:
        """Remove several files; one that is not there is no error."""
        for path in paths:
            self.delete(path)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable: a new name outlives a power cut only then."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
