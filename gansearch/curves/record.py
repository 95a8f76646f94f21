"""One thing that happened in a trial, and its JSON line: arrays as base64 of little-endian numbers, exact to the bit.

Kinds and payloads:

``attempt``     from_step, started (unix s), versions, hardware, commit, data, lanes, seed
``signals``     first_step (updates done before the first value), names, values: {name: float32 array}
``evaluation``  ``records.to_json`` of an ``Evaluation``
``samples``     epoch, step, path
``finding``     ``records.to_json`` of a ``Finding``, stopped (bool), spared (true where it would have ended the trial)
``checkpoint``  step, path
``end``         ``records.to_json`` of a ``TrialEnd``
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

ARRAY = "__array__"


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
        said = json.loads(line, object_hook=_array)
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
    flat = np.frombuffer(base64.b64decode(said[ARRAY], validate=True), dtype=np.dtype(said["dtype"]))
    return flat.reshape(said["shape"]).astype(flat.dtype.newbyteorder("="))
