"""Says what went wrong with a file in words that tell the user what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from gansearch.errors import StorageError

CAUSES = {
    errno.ENOSPC: "the disk is full; free some space and resume",
    errno.EDQUOT: "the disk quota is spent; free some space and resume",
    errno.EFBIG: "the file has become larger than the file system or a limit of this user allows (ulimit -f)",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "there is no permission",
    errno.EPERM: "there is no permission",
    errno.ENOENT: "it does not exist",
    errno.ENOTDIR: "a part of its path is not a folder",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "its name is longer than the file system allows",
    errno.ELOOP: "links on its path go round in a circle",
    errno.EIO: "the disk reports an error; look at the machine's log before anything is written there again",
    errno.ESTALE: "the network file system has lost it; mount it anew and resume",
    errno.ETIMEDOUT: "the network file system does not answer; resume once it does",
    errno.ENOTCONN: "the file system is not connected; mount it anew and resume",
    errno.EHOSTDOWN: "the network file system's server is down; resume once it is back",
    errno.EMFILE: "this process has too many files open (ulimit -n)",
    errno.ENFILE: "the machine has too many files open",
    errno.ENOLCK: "the file system cannot lock files; a network file system needs its lock service",
    errno.EOPNOTSUPP: "the file system cannot do that; files need locks and renames (a local disk, or NFS 4)",
}
"""What each error number means to the user, and what to do about it."""


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
