"""Files on this machine that several processes want and one makes: a lock, and a file that is whole or absent."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the exclusive lock of the file that is to be at ``path``; the system frees it when the process ends.

    Its folder is made. Readers need no lock: the file comes as a whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes its name when all of it is on the disk, or never."""
    unfinished = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
