"""What is kept of every launch of a study: ``launches/<number>.json`` in its folder, plain values only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gansearch.storage import Storage

FOLDER = "launches"
VERSION = 1


def record_launch(storage: Storage, about: Mapping[str, Any]) -> int:
    """Keep what is known of a launch; its number, counted from 1. Its driver holds the study's lease.

    Raises:
        StorageError: where it cannot be written.
    """
    number = 1 + max((_number(path) for path in storage.list(FOLDER)), default=0)
    document = {"version": VERSION, "number": number, **about}
    storage.write(f"{FOLDER}/{number}.json", json.dumps(document, indent=2).encode())
    return number


def read_launches(storage: Storage) -> list[dict[str, Any]]:
    """Every launch that is known, in order; none of a study that was launched before they were kept."""
    paths = sorted(storage.list(FOLDER), key=_number)
    return [json.loads(storage.read(path)) for path in paths]


def _number(path: str) -> int:
    return int(path.rpartition("/")[2].removesuffix(".json"))
