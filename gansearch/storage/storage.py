"""One folder of files, on this machine or behind an fsspec URL, with writes that are seen whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from gansearch.errors import StorageError
from gansearch.storage import fences
from gansearch.storage.local_files import LocalFiles
from gansearch.storage.remote_files import RemoteFiles

LOCAL_SCHEME = "file://"


class Storage:
    """The files below one folder. Paths are relative to it, with ``/``.

    Args:
        url: a path of this machine, ``file://...``, or any URL that fsspec serves (``s3://...``, ``memory://...``).

    Raises:
        StorageError: where no installed file system serves the URL.
    """

    def __init__(self, url: str | Path) -> None:
        text = str(url).removeprefix(LOCAL_SCHEME)
        self._files: LocalFiles | RemoteFiles
        if "://" in text:
            self.url = text.rstrip("/")
            self._files = RemoteFiles(self.url)
        else:
            root = Path(text).expanduser().absolute()
            self.url = str(root)
            self._files = LocalFiles(root)

    def __repr__(self) -> str:
        return f"Storage({self.url!r})"

    def __reduce__(self) -> tuple[type[Storage], tuple[str]]:
        return Storage, (self.url,)

    def folder(self, name: str) -> Storage:
        """The storage of the folder ``name`` within this one."""
        return Storage(f"{self.url}/{_checked(name)}")

    def folders(self) -> list[str]:
        """Names of the folders directly within this one, sorted."""
        return self._files.folders()

    def write(self, path: str, content: bytes) -> None:
        """Replace the file by ``content``. Readers see the old content or the new, also after a crash.

        Raises:
            StorageError: where it cannot be written (disk full, read-only, no permission).
        """
        self._files.write(_checked(path), content)

    def read(self, path: str) -> bytes:
        """The file's content.

        Raises:
            StorageError: where it does not exist or cannot be read.
        """
        return self._files.read(_checked(path))

    def read_all(self, paths: Sequence[str]) -> list[bytes]:
        """The contents of several files, at once where the storage is elsewhere.

        Raises:
            StorageError: where one of them does not exist or cannot be read.
        """
        return self._files.read_all([_checked(path) for path in paths])

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        return self._files.exists(_checked(path))

    def size(self, path: str) -> int:
        """Bytes of the file; 0 where there is none.

        Raises:
            StorageError: where it cannot be looked up.
        """
        return self._files.size(_checked(path))

    def list(self, path: str = "") -> list[str]:
        """Every file below ``path``, however deep, sorted; as ``read`` takes them."""
        return self._files.files(_checked(path) if path else "")

    def delete_unfinished(self, path: str) -> None:
        """Remove what writers that were killed have left below ``path``. Nobody else may be writing there."""
        self._files.delete_unfinished(_checked(path))

    def delete(self, path: str) -> None:
        """Remove the file; one that is not there is no error."""
        self._files.delete(_checked(path))

    def delete_all(self, paths: Sequence[str]) -> None:
        """Remove several files, in any order, at once where the storage is elsewhere; some may not be there."""
        self._files.delete_all([_checked(path) for path in paths])

    def local_path(self, path: str = "") -> Path | None:
        """Where the file lies on this machine; None where the storage is elsewhere."""
        if not isinstance(self._files, LocalFiles):
            return None
        return self._files.root / _checked(path) if path else self._files.root

    def fence(self, identity: object, attempt: int) -> None:
        """Announce an attempt at a trial: writers of older attempts are refused from now on.

        Raises:
            FencedError: where a newer attempt has been announced already.
        """
        fences.announce(self._files, str(identity), attempt)

    def check_fence(self, identity: object, attempt: int) -> None:
        """Whether this attempt may still write.

        Raises:
            FencedError: where a newer attempt has been announced.
        """
        fences.check(self._files, str(identity), attempt)


def _checked(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts:
        raise StorageError(f"a path must be relative and stay within its storage; got {path!r}")
    return "/".join(parts)
