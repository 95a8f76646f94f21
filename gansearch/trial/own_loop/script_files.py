"""The files of a script on this machine: copied from the study's storage, once for each content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from gansearch.errors import CorruptFileError, StorageError
from gansearch.records import Setting
from gansearch.space.script import FILE, FOLDER, HASH, sources_hash
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext

CACHE = "scripts"


def script_file(settings: Mapping[str, Setting], context: TrialContext) -> Path:
    """The file that a trial with these settings runs; its modules lie beside it.

    Raises:
        StorageError: where the study does not hold it.
        CorruptFileError: where it is not the script that the study was launched with.
    """
    wanted, name = str(settings[HASH]), str(settings[FILE])
    folder = Path(context.cache_dir) / CACHE / wanted
    if _hash_of(folder) != wanted:
        _copy(Storage(context.storage_url), Storage(folder), wanted)
    return folder / name


def _hash_of(folder: Path) -> str | None:
    if not folder.is_dir():
        return None
    return sources_hash({path.name: path.read_bytes() for path in folder.glob("*.py")})


def _copy(storage: Storage, target: Storage, wanted: str) -> None:
    sources = {PurePosixPath(path).name: storage.read(path) for path in storage.list(FOLDER) if path.endswith(".py")}
    if not sources:
        raise StorageError(f"{storage.url}/{FOLDER} must hold the script that its trials run; there is none")
    if sources_hash(sources) != wanted:
        raise CorruptFileError(
            f"{storage.url}/{FOLDER} has changed since the study was made: its hash must be {wanted}, it is "
            f"{sources_hash(sources)}; put it back, or launch the changed script under another name"
        )
    for name, content in sources.items():
        target.write(name, content)
