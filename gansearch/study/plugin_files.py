"""The plug-in files that a study was launched with: kept in its folder, since its space means nothing without them.

``plugins/index.json`` names them in the order given, with their hashes. Workers import them from there, and so does
whatever opens the study: the user's own files are needed at the launch alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath

from gansearch.errors import CorruptFileError, PluginError, SpaceError
from gansearch.plugins import content_of, load_copy, loaded_beside, read_file, unloaded
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage

FOLDER = "plugins"
INDEX = f"{FOLDER}/index.json"
VERSION = 1


def contents(files: Sequence[Path], read: Callable[[Path], bytes] = content_of) -> dict[str, bytes]:
    """The files by name, in order; one that is given twice stands once.

    Args:
        files: paths of this machine.
        read: gives a file's content; by default as this process has imported it.

    Raises:
        PluginError: where one cannot be read, or two of different content have the same name.
    """
    found: dict[str, bytes] = {}
    for path in map(Path, files):
        content = read(path)
        if found.setdefault(path.name, content) != content:
            raise PluginError(
                f"the plug-in files of a study must have different names; got two different files called {path.name}"
            )
    return found


def keep(storage: Storage, files: Sequence[Path]) -> None:
    """Copy plug-in files into the study's folder.

    Raises:
        PluginError: as ``contents``.
        StorageError: where they cannot be written.
    """
    found = contents(files)
    for name, content in found.items():
        storage.write(f"{FOLDER}/{name}", content)
    index = [{"name": name, "sha256": _sha256(content)} for name, content in found.items()]
    storage.write(INDEX, json.dumps({"version": VERSION, "files": index}, indent=2).encode())


def kept(storage: Storage) -> tuple[str, ...]:
    """Addresses of the study's plug-in files, in order.

    Raises:
        CorruptFileError: where the list of them is damaged.
    """
    return tuple(f"{storage.url}/{FOLDER}/{name}" for name in _index(storage))


def load(storage: Storage) -> None:
    """Import the study's plug-in files; one that this process has already is not imported again.

    Raises:
        CorruptFileError: where one has been changed since the study was made.
        PluginError: where an import fails.
    """
    for name, expected in _index(storage).items():
        path = f"{FOLDER}/{name}"
        content = storage.read(path)
        if expected not in (None, _sha256(content)):
            raise CorruptFileError(
                f"{storage.url}/{path} has changed since the study was made, and its trials would no longer compare: "
                "put it back, or launch the changed file as another study"
            )
        load_copy(content, f"{storage.url}/{path}")


def check_given(storage: Storage, files: Sequence[Path]) -> None:
    """Whether files that are given for a study are those that it keeps.

    Raises:
        PluginError: where one differs from the study's own, or the study was launched without it.
    """
    index = _index(storage)
    for name, content in contents(files, read_file).items():
        if name not in index:
            raise PluginError(
                f"a study keeps the plug-ins that it was launched with; {name} is none of {storage.url}: "
                "leave it out, or launch another study with it"
            )
        if content != storage.read(f"{FOLDER}/{name}"):
            raise PluginError(
                f"a study goes on with the plug-ins that it was launched with; {name} differs from the copy in "
                f"{storage.url}/{FOLDER}: leave it out to use that copy, or launch the changed file as another study"
            )


def check_complete(space: SearchSpace, files: Sequence[Path]) -> None:
    """Whether a space means something where nothing but these files has been loaded, as on another machine.

    Raises:
        PluginError: where it needs a file that this process has loaded and that is none of them.
    """
    others = loaded_beside(files)
    if not others:
        return
    try:
        with unloaded(others):
            parse_space(space.source, space.origin)
    except SpaceError as error:
        raise PluginError(
            f"a study must be given every plug-in file that its space needs, or no worker could import it; loaded here "
            f"and not given: {', '.join(map(str, others))} (--plugin FILE, or plugins=(...)); without that: {error}"
        ) from error


def _index(storage: Storage) -> Mapping[str, str | None]:
    """Names in order, with hashes; of a study made before there was a list, sorted names without."""
    if not storage.exists(INDEX):
        return {path.removeprefix(f"{FOLDER}/"): None for path in storage.list(FOLDER)}
    try:
        said = json.loads(storage.read(INDEX))
        index = {str(file["name"]): str(file["sha256"]) for file in said["files"]}
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptFileError(f"{storage.url}/{INDEX} is damaged: {error!r}") from error
    for name in index:
        if PurePath(name).name != name or name == "..":  # workers make addresses of them
            raise CorruptFileError(f"{storage.url}/{INDEX} must name files without a folder; got {name!r}")
    return index


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
