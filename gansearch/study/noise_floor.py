"""The noise floor of a study's metrics: ``noise_floor.json`` in its folder, the floors of each moment.

The driver, which holds the study's lease, writes it, so that nobody else does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from gansearch.errors import CorruptFileError
from gansearch.records import NoiseFloor, noise_floor_from_json, to_json
from gansearch.storage import Storage

FILE: Final = "noise_floor.json"
VERSION: Final = 1


def write_noise_floor(storage: Storage, moment: str, floors: Sequence[NoiseFloor]) -> None:
    """Keep the floors of a moment, ``rung`` or ``end``, beside those of the other.

    Raises:
        StorageError: where it cannot be written.
    """
    known: Mapping[str, Sequence[NoiseFloor]] = {}
    with suppress(CorruptFileError):  # what cannot be read is measured again, too
        known = _read(storage)
    moments = {name: [to_json(floor) for floor in of_one] for name, of_one in {**known, moment: floors}.items()}
    storage.write(FILE, json.dumps({"version": VERSION, "moments": moments}, indent=2).encode())


def has_noise_floor(storage: Storage, moment: str) -> bool:
    """Whether the floors of a moment are known."""
    try:
        return moment in _read(storage)
    except CorruptFileError:
        return False


def read_noise_floor(storage: Storage) -> tuple[NoiseFloor, ...]:
    """The floors of all moments; none where none has been measured, or the file is damaged.

    A damaged file must keep nobody from reading the study.
    """
    try:
        return tuple(floor for floors in _read(storage).values() for floor in floors)
    except CorruptFileError:
        return ()


def _read(storage: Storage) -> Mapping[str, Sequence[NoiseFloor]]:
    if not storage.exists(FILE):
        return {}
    try:
        document: dict[str, Any] = json.loads(storage.read(FILE))
        moments: dict[str, list[dict[str, Any]]] = document["moments"]
        return {name: tuple(map(noise_floor_from_json, floors)) for name, floors in moments.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise CorruptFileError(f"{storage.url}/{FILE} must be the JSON of noise floors; {what}") from error
