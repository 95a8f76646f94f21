"""Which configurations of another study a search began with: what was taken over of each, and what was not."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from gansearch.errors import CorruptFileError
from gansearch.records import Setting
from gansearch.storage import Storage
from gansearch.study.origin import TRANSFER

VERSION = 1


@dataclass(frozen=True)
class LeftOut:
    """A searched parameter that is at its default because the other study's value cannot be had here."""

    parameter: str
    value: Setting
    """What the other study had."""
    rule: str
    """Which it breaks, as a sentence fragment."""


@dataclass(frozen=True)
class TakenOver:
    """One configuration that was queued."""

    number: int
    """Of the other study's trial."""
    value: float
    """Of its first objective, there."""
    taken: tuple[str, ...]
    """Searched parameters that have its values."""
    missing: tuple[str, ...]
    """Those that it does not have, which are at their defaults."""
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Transferred:
    """What a search took over."""

    study: str
    id: str
    """Tells the study from another of the same name."""
    metric: str
    """Of its first objective."""
    configurations: tuple[TakenOver, ...]
    """In the order of the queue."""


def to_bytes(transferred: Transferred) -> bytes:
    """The content of ``transfer.json``."""
    return json.dumps({"version": VERSION, **asdict(transferred)}, indent=2).encode()


def read_transferred(storage: Storage) -> Transferred | None:
    """What the study in this folder took over; None where it began by itself.

    Raises:
        CorruptFileError: where the file is damaged.
    """
    if not storage.exists(TRANSFER):
        return None
    try:
        said = json.loads(storage.read(TRANSFER))
        found = tuple(
            TakenOver(
                each["number"],
                each["value"],
                tuple(each["taken"]),
                tuple(each["missing"]),
                tuple(LeftOut(**one) for one in each["left_out"]),
            )
            for each in said["configurations"]
        )
        return Transferred(said["study"], said["id"], said["metric"], found)
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptFileError(f"{storage.url}/{TRANSFER} is damaged: {error!r}") from error
