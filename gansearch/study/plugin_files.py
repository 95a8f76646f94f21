"""The plug-in files that a study was launched with: kept in its folder, since its space means nothing without them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from gansearch.errors import PluginError, StudyError
from gansearch.plugins import load_file
from gansearch.storage import Storage
from gansearch.storage.checksums import sha256_12
from gansearch.storage.home import cache_dir

FOLDER = "plugins"


def keep(storage: Storage, files: Sequence[Path]) -> None:
    """Copy plug-in files into the study's folder.

    Raises:
        PluginError: where one cannot be read.
        StudyError: where two have the same name.
    """
    names = [path.name for path in files]
    for path in files:
        if names.count(path.name) > 1:
            raise StudyError(f"the plug-in files of a study must have different names; got {path.name} twice")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PluginError(f"plug-in {path} cannot be read: {error}") from error
        storage.write(f"{FOLDER}/{path.name}", content)


def kept(storage: Storage) -> tuple[Path, ...]:
    """Where the study's plug-in files lie on this machine; those of a remote storage are copied into the cache."""
    return tuple(_local(storage, path) for path in storage.list(FOLDER))


def load(storage: Storage) -> None:
    """Import the study's plug-in files; one that this process has already is not imported again.

    Raises:
        PluginError: where an import fails.
    """
    for path in kept(storage):
        load_file(path)


def _local(storage: Storage, path: str) -> Path:
    here = storage.local_path(path)
    if here is not None:
        return here
    content = storage.read(path)
    copy = Storage(cache_dir() / FOLDER / sha256_12(content))
    name = PurePosixPath(path).name
    copy.write(name, content)
    found = copy.local_path(name)
    assert found is not None
    return found
