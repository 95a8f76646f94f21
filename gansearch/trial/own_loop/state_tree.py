"""State dicts as tensors and JSON, without pickle: nested dicts, lists and tuples of tensors, numbers and words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from gansearch.errors import CorruptFileError, ScriptError

TREE: Final = "tree"
"""Name of the tensor that holds the JSON."""
_PLAIN: Final = (
    torch.float64,
    torch.float32,
    torch.float16,
    torch.int64,
    torch.int32,
    torch.int16,
    torch.int8,
    torch.uint8,
    torch.bool,
)
"""Kinds of numbers that a checkpoint holds as they are; others, such as bfloat16, as whole numbers of their size."""
_OF_SIZE: Final = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def to_tensors(tree: Mapping[str, Any]) -> dict[str, Tensor]:
    """Copies on the CPU of all tensors of a tree, by their places in it, and the rest of it as JSON.

    Raises:
        ScriptError: where something in it is neither a tensor, a number, a word, nor made of such.
    """
    tensors: dict[str, Tensor] = {}
    text = json.dumps(_node(tree, "", tensors))
    tensors[TREE] = torch.frombuffer(bytearray(text.encode()), dtype=torch.uint8)
    return tensors


def from_tensors(tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    """The tree that ``to_tensors`` made tensors of.

    Raises:
        CorruptFileError: where they are none.
    """
    try:
        text = bytes(tensors[TREE].numpy()).decode()
        tree: dict[str, Any] = _tree(json.loads(text), tensors)
    except (KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise CorruptFileError(f"a script's checkpoint must hold its state; {type(error).__name__}: {error}") from error
    return tree


def _node(value: Any, path: str, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Tensor):
        return _tensor(value, path, tensors)
    if isinstance(value, Mapping):
        for key in value:
            if isinstance(key, bool) or not isinstance(key, (str, int)):
                raise ScriptError(f"the keys of {path or 'a state'} must be words or whole numbers; got {key!r}")
        return {"dict": [[key, _node(each, f"{path}.{key}".lstrip("."), tensors)] for key, each in value.items()]}
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_node(each, f"{path}.{index}", tensors) for index, each in enumerate(value)]}
    raise ScriptError(
        f"the state of what is checkpointed must be tensors, numbers and words in dicts, lists and tuples; "
        f"{path} is of type {type(value).__name__}"
    )


def _tensor(value: Tensor, path: str, tensors: dict[str, Tensor]) -> dict[str, str]:
    if value.layout != torch.strided or value.is_quantized or value.is_complex() or value.device.type == "meta":
        raise ScriptError(f"{path} must be an ordinary tensor of real numbers; got {value.dtype}, {value.layout}")
    name = f"{len(tensors)}.{path}"  # places alone need not differ: {"1": ...} and {1: ...}
    copy = value.detach().to("cpu", copy=True).contiguous()
    tensors[name] = copy if copy.dtype in _PLAIN else copy.view(_OF_SIZE[copy.element_size()])
    return {"tensor": name, "dtype": str(value.dtype).removeprefix("torch.")}


def _tree(node: Any, tensors: Mapping[str, Tensor]) -> Any:
    if not isinstance(node, dict):
        return node
    if "tensor" in node:
        found, dtype = tensors[node["tensor"]], getattr(torch, node["dtype"])
        return found if found.dtype == dtype else found.view(dtype)
    if "dict" in node:
        return {key: _tree(each, tensors) for key, each in node["dict"]}
    if "list" in node:
        return [_tree(each, tensors) for each in node["list"]]
    return tuple(_tree(each, tensors) for each in node["tuple"])
