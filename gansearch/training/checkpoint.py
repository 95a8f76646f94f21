"""One lane's state as bytes: safetensors, with JSON metadata and a checksum over both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from gansearch.errors import CorruptFileError
from gansearch.training.state import LaneState

FORMAT: Final = "gansearch-lane"
VERSION: Final = 1


def to_bytes(state: LaneState, meta: Mapping[str, Any]) -> bytes:
    """Write a lane's state.

    Args:
        state: every tensor that changes, and the step.
        meta: anything JSON can hold that says where it comes from (identity, settings, K, versions).
    """
    header = {"format": FORMAT, "version": VERSION, "step": state.step, "meta": dict(meta)}
    text = json.dumps(header, sort_keys=True)
    tensors = {name: tensor.contiguous() for name, tensor in state.tensors.items()}
    # One entry: the library writes several in an order that changes from call to call.
    return safetensors.torch.save(tensors, {FORMAT: json.dumps([text, _digest(text, tensors)])})


def from_bytes(content: bytes) -> LaneState:
    """Read what ``to_bytes`` wrote.

    Raises:
        CorruptFileError: where the content is damaged, or is no lane's state of this format version.
    """
    text, digest = _metadata(content)
    try:
        tensors = safetensors.torch.load(content)
    except (SafetensorError, ValueError, KeyError) as error:  # KeyError: a type that torch lacks
        raise CorruptFileError(f"a checkpoint must be a whole safetensors file; got {error}") from error
    if _digest(text, tensors) != digest:
        raise CorruptFileError("a checkpoint must match its checksum; its content has been changed")
    return LaneState(tensors, int(_checked(text)["step"]))


def read_meta(content: bytes) -> dict[str, Any]:
    """The ``meta`` that was given to ``to_bytes``, without reading the tensors or checking them.

    Raises:
        CorruptFileError: where the header is damaged, or of another format or version.
    """
    meta: dict[str, Any] = _checked(_metadata(content)[0])["meta"]
    return meta


def _metadata(content: bytes) -> tuple[str, str]:
    """The header and the checksum: a safetensors file starts with the length of its JSON, in 8 bytes."""
    length = int.from_bytes(content[:8], "little")
    try:
        text, digest = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][FORMAT])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CorruptFileError(f"a checkpoint must begin with its header; got {len(content)} bytes without") from error
    return str(text), str(digest)


def _checked(text: str) -> dict[str, Any]:
    try:
        header: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CorruptFileError("a checkpoint's header must be JSON; it has been changed") from error
    if not isinstance(header, dict) or not isinstance(header.get("meta"), dict):
        raise CorruptFileError("a checkpoint's header must be a mapping with the step and where it comes from")
    found = (header.get("format"), header.get("version"))
    if found != (FORMAT, VERSION):
        raise CorruptFileError(f"a checkpoint must be of format {FORMAT!r}, version {VERSION}; got {found}")
    return header


def _digest(text: str, tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        # As bytes: numpy lacks some of torch's types, and a damaged header may name any of them.
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
