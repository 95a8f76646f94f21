"""Says what went wrong with a file in words that tell the user what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from gansearch.errors import StorageError

CAUSES = {
    errno.ENOSPC: "the disk is full; free some space and resume",
    errno.EDQUOT: "the disk quota is spent; free some space and resume",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "there is no permission",
    errno.EPERM: "there is no permission",
    errno.ENOENT: "it does not exist",
    errno.ENOTDIR: "a part of its path is not a folder",
    errno.EISDIR: "it is a folder",
}


@contextmanager
def storage_errors(action: str, where: str) -> Iterator[None]:
    """Turn an ``OSError`` within the block into a ``StorageError`` with its cause.

    Args:
        action: what was tried, as a past participle: ``written``.
        where: the file, as the user knows it.
    """
    try:
        yield
    except OSError as error:
        cause = CAUSES.get(error.errno or 0) or str(error) or type(error).__name__
        raise StorageError(f"{where} cannot be {action}: {cause}") from error
