"""Objects under an fsspec URL (S3, GCS, memory, ...), whose stores replace an object whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from glob import has_magic

from gansearch.errors import StorageError
from gansearch.storage.disk_errors import storage_errors


class RemoteFiles:
    """Reads and writes objects below ``url``; paths are relative to it.

    Raises:
        StorageError: where no installed file system serves the URL.
    """

    def __init__(self, url: str) -> None:
        import fsspec  # 0.15 s, wanted only where a storage is not local

        self._url = url
        try:
            self._system, root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise StorageError(f"the storage {url} cannot be used: {error}") from error
        self._root = root.rstrip("/")

    def write(self, path: str, content: bytes) -> None:
        """Replace the object by ``content``."""
        with _remote_errors("written", self._name(path)):
            self._system.pipe_file(self._full(path), content)

    def read(self, path: str) -> bytes:
        """The object's content."""
        with _remote_errors("read", self._name(path)):
            # Listings and contents may be cached by the file system; what another process wrote must be seen.
            self._system.invalidate_cache()
            return bytes(self._system.cat_file(self._full(path)))

    def read_all(self, paths: Sequence[str]) -> list[bytes]:
        """The contents of several objects, asked for at once."""
        names = [self._full(path) for path in paths]
        if len(names) < 2 or _is_pattern(names):
            return [self.read(path) for path in paths]
        with _remote_errors("read", f"one of {self._name(paths[0])} and {len(paths) - 1} others"):
            self._system.invalidate_cache()
            found = self._system.cat(names)
            return [bytes(found[name]) for name in names]

    def exists(self, path: str) -> bool:
        """Whether there is such an object, or any below that name."""
        with _remote_errors("looked up", self._name(path)):
            self._system.invalidate_cache()
            return bool(self._system.exists(self._full(path)))

    def size(self, path: str) -> int:
        """Bytes of the object; 0 where there is none."""
        with _remote_errors("looked up", self._name(path)):
            try:
                return int(self._system.size(self._full(path)) or 0)
            except FileNotFoundError:
                return 0

    def files(self, path: str) -> list[str]:
        """Every object below ``path``, relative to the root, sorted."""
        with _remote_errors("listed", self._name(path)):
            self._system.invalidate_cache()
            found = self._system.find(self._full(path))
        return sorted(str(name).removeprefix(self._root).lstrip("/") for name in found)

    def delete_unfinished(self, path: str) -> None:
        """Nothing: an object is whole or absent."""

    def folders(self) -> list[str]:
        """Names of the folders directly below the root, sorted."""
        with _remote_errors("listed", self._url):
            self._system.invalidate_cache()
            try:
                found = self._system.ls(self._root, detail=True)
            except FileNotFoundError:
                return []
        return sorted(str(each["name"]).rstrip("/").rpartition("/")[2] for each in found if each["type"] == "directory")

    def delete(self, path: str) -> None:
        """Remove the object; one that is not there is no error."""
        with _remote_errors("deleted", self._name(path)):
            if self._system.exists(self._full(path)):
                self._system.rm_file(self._full(path))

    def delete_all(self, paths: Sequence[str]) -> None:
        """Remove several objects, many with one request; one that is not there is no error."""
        names = [self._full(path) for path in paths]
        if len(names) < 2 or _is_pattern(names):
            for path in paths:
                self.delete(path)
            return
        with _remote_errors("deleted", f"one of {self._name(paths[0])} and {len(paths) - 1} others"):
            try:
                self._system.rm(names)
                return
            except FileNotFoundError:
                pass  # some stores stop at what another process has removed meanwhile
        for path in paths:
            self.delete(path)

    def _full(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def _name(self, path: str) -> str:
        return f"{self._url.rstrip('/')}/{path}"


def _is_pattern(names: Sequence[str]) -> bool:
    """Whether fsspec would take one of several names for a pattern, as it never does with a single one."""
    return any(has_magic(name) for name in names)


@contextmanager
def _remote_errors(action: str, where: str) -> Iterator[None]:
    """As ``storage_errors``, also for what the libraries behind fsspec raise where a server does not answer."""
    try:
        with storage_errors(action, where):
            yield
    except StorageError:
        raise
    except Exception as error:  # each of these libraries has errors of its own (botocore's, aiohttp's, Google's)
        raise StorageError(f"{where} cannot be {action}: {error}") from error
