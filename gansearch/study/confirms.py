"""What a confirmation confirms, and which studies confirm a search: both folders know of each other."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from gansearch.errors import CorruptFileError
from gansearch.storage import Storage
from gansearch.study.metadata import SPACE_FILE
from gansearch.study.origin import CONFIRMS

FOLDER: Final = "confirmations"
"""In the search's folder: a file for each study that confirms it, by name."""
VERSION: Final = 1


@dataclass(frozen=True)
class ConfirmedArm:
    """One arm of the confirmation, as the search saw it."""

    arm: str
    """Its name among the arms."""
    number: int
    """Of the search's trial."""
    value: float
    """Of the first objective, as the search told it."""
    runs: int
    """That the value is the mean of."""


@dataclass(frozen=True)
class Confirms:
    """What a study confirms."""

    study: str
    id: str
    """Tells the search from another of the same name."""
    completed: int
    """Trials of the search that had completed, of which these were the best."""
    baseline: int | None
    """Number of the search's trial that is the baseline; None for the defaults of its space."""
    arms: tuple[ConfirmedArm, ...]
    """The best first."""


def to_bytes(confirms: Confirms) -> bytes:
    """The content of ``confirms.json``."""
    return json.dumps({"version": VERSION, **asdict(confirms)}, indent=2).encode()


def read_confirms(storage: Storage) -> Confirms | None:
    """What the study in this folder confirms; None for every other study.

    Raises:
        CorruptFileError: where the file is damaged.
    """
    if not storage.exists(CONFIRMS):
        return None
    try:
        said = json.loads(storage.read(CONFIRMS))
        arms = tuple(ConfirmedArm(**arm) for arm in said["arms"])
        return Confirms(said["study"], said["id"], said["completed"], said["baseline"], arms)
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptFileError(f"{storage.url}/{CONFIRMS} is damaged: {error!r}") from error


def announce(search: Storage, name: str) -> None:
    """Let the search know of the study ``name`` that is about to confirm it; it counts once there is one."""
    search.write(f"{FOLDER}/{name}.json", json.dumps({"version": VERSION, "study": name}).encode())


def confirmations(search: Storage, search_id: str) -> tuple[str, ...]:
    """Names of the studies that confirm the search in this folder, sorted.

    Args:
        search: its folder; they lie beside it.
        search_id: of the search: what confirmed an earlier one of its name does not count.
    """
    named = [path.removeprefix(f"{FOLDER}/").removesuffix(".json") for path in search.list(FOLDER)]
    return tuple(name for name in sorted(named) if _confirms(beside(search, name), search_id))


def beside(storage: Storage, name: str) -> Storage:
    """The folder of the study ``name`` where another study's folder is known."""
    return Storage(storage.url.rpartition("/")[0]).folder(name)


def _confirms(storage: Storage, search_id: str) -> bool:
    found = read_confirms(storage) if storage.exists(SPACE_FILE) else None
    return found is not None and found.id == search_id
