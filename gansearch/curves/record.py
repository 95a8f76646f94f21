"""One thing that happened in a trial, and its JSON line: arrays as base64 of little-endian numbers, exact to the bit.

Kinds and payloads:

``attempt``     from_step, started (unix s), versions, hardware, commit, data, lanes, seed
``signals``     first_step (updates done before the first value), names, values: {name: float32 array}
``evaluation``  ``records.to_json`` of an ``Evaluation``
``samples``     epoch, step, path
``finding``     ``records.to_json`` of a ``Finding``, stopped (bool), spared (what spared it the
                end where it would have ended the trial: audit, shadow_mode, kind_in_shadow; true in older records)
``checkpoint``  step, path
``end``         ``records.to_json`` of a ``TrialEnd``
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

ARRAY = "__array__"
_MARK = f'"{ARRAY}"'.encode()


@dataclass(frozen=True, eq=False)
class Record:
    """One thing that happened in a trial."""

    kind: str
    attempt: int
    payload: Mapping[str, Any]
    time: float = 0.0
    """When it was written, unix seconds; set by the writer."""


def to_line(record: Record) -> bytes:
    """The record as one line of JSON; NaN and infinities survive."""
    said = {"kind": record.kind, "time": record.time, "payload": _plain(record.payload)}
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes, attempt: int) -> Record:
    """The record that ``to_line`` made a line of.

    Raises:
        ValueError: where the line is not one.
    """
    try:
        said = json.loads(line, object_hook=_array if _MARK in line else None)
        return Record(said["kind"], attempt, said["payload"], said["time"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a record: {error}") from error


def _plain(value: Any) -> Any:
    """``value`` with arrays, mappings and tuples as what JSON knows."""
    if isinstance(value, np.ndarray):
        little = np.ascontiguousarray(value.astype(value.dtype.newbyteorder("<"), copy=False))
        content = base64.b64encode(little.tobytes()).decode("ascii")
        return {ARRAY: content, "dtype": little.dtype.str, "shape": list(value.shape)}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _array(said: dict[str, Any]) -> Any:
    if ARRAY not in said:
        return said
    # A report reads half a million of them. A bytearray, since an array over bytes could not be written to.
    content = bytearray(binascii.a2b_base64(said[ARRAY], strict_mode=True))
    stored, native = _types(said["dtype"])
    values, shape = np.frombuffer(content, stored), said["shape"]
    if stored is not native:
        values = values.astype(native)
    return values if shape == [values.size] else values.reshape(shape)


@cache
def _types(name: str) -> tuple[np.dtype[Any], np.dtype[Any]]:
    """As it is stored, and in this machine's order of bytes: one object where they are equal."""
    stored = np.dtype(name)
    native = stored.newbyteorder("=")
    return stored, stored if native == stored else native
