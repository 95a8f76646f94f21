"""What is kept of every launch of a study: ``launches/<number>.json`` in its folder, plain values only.

A launch is written when it begins, whenever more is known of it, and when it ends; one whose driver died is closed by
whoever holds the study next. The driver holds the study's lease, so that nobody else writes here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from gansearch.errors import CorruptFileError
from gansearch.storage import Storage

FOLDER = "launches"
VERSION = 2
"""Since 2 with ``ended`` (unix seconds) and ``outcome``, which are missing while the launch lasts."""
LOST = "lost"
"""Outcome of a launch whose driver died."""


def record_launch(storage: Storage, about: Mapping[str, Any]) -> int:
    """Keep what is known of a launch that begins; its number, counted from 1.

    Raises:
        StorageError: where it cannot be written.
    """
    number = 1 + max((_number(path) for path in storage.list(FOLDER)), default=0)
    _write(storage, number, {"version": VERSION, "number": number, **about})
    return number


def update_launch(storage: Storage, number: int, about: Mapping[str, Any]) -> None:
    """Keep what more is known of a launch.

    Raises:
        StorageError: where it cannot be read or written.
    """
    _write(storage, number, {**_read(storage, _path(number)), **about})


def end_launch(storage: Storage, number: int, outcome: str) -> None:
    """Keep how a launch ended, and that it did now.

    Raises:
        StorageError: where it cannot be read or written.
    """
    update_launch(storage, number, {"ended": time.time(), "outcome": outcome})


def close_left_launches(storage: Storage) -> None:
    """Note that launches without an end are over: whoever calls this holds the study now.

    Raises:
        StorageError: where they cannot be read or written.
    """
    for document in read_launches(storage):
        if document["version"] == VERSION and "outcome" not in document:
            end_launch(storage, document["number"], LOST)


def read_launches(storage: Storage) -> list[dict[str, Any]]:
    """Every launch that is known, in order; none of a study that was launched before they were kept.

    A damaged one is left out: it must keep nobody from reading the study.
    """
    found = []
    for path in sorted(storage.list(FOLDER), key=_number):
        with suppress(CorruptFileError):
            found.append(_read(storage, path))
    return found


def _read(storage: Storage, path: str) -> dict[str, Any]:
    try:
        document = json.loads(storage.read(path))
    except ValueError as error:
        raise CorruptFileError(f"{storage.url}/{path} must be the JSON of a launch; {error}") from error
    if not isinstance(document, dict) or not {"version", "number"} <= document.keys():
        raise CorruptFileError(f"{storage.url}/{path} must have the version and the number of a launch")
    return document


def _write(storage: Storage, number: int, document: Mapping[str, Any]) -> None:
    storage.write(_path(number), json.dumps(document, indent=2).encode())


def _path(number: int) -> str:
    return f"{FOLDER}/{number}.json"


def _number(path: str) -> int:
    return int(path.rpartition("/")[2].removesuffix(".json"))
