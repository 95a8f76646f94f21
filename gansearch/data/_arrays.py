"""Reads one array of numbers from a file of numpy, torch or safetensors; nothing in a file is ever run."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn

import numpy as np
import torch
from torch import Tensor

from gansearch.errors import DataError

SAMPLES: Final = ("samples", "images")
"""The names under which a file of several arrays holds samples."""
LABELS: Final = ("labels",)
KINDS: Final = ".npy, .pt or .safetensors"
_NUMBERS: Final = "whole numbers, or real ones of 16, 32 or 64 bits"
_TYPES: Final = frozenset(
    (
        *(torch.uint8, torch.uint16, torch.uint32, torch.uint64, torch.int8, torch.int16, torch.int32, torch.int64),
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
    )
)
_COUNTED_AT_ONCE: Final = 2**24
"""Numbers that are looked at together, which bounds the memory."""


@dataclass(frozen=True, eq=False)
class Array:
    """What a file holds."""

    values: Tensor
    """Real or whole numbers, on the CPU, of any shape; all of them finite."""
    is_mapped: bool
    """Whether they lie in the file, mapped into memory: the system reads what is used."""


def read_array(path: Path, names: Sequence[str] = SAMPLES) -> Array:
    """The array of a file, mapped into memory where the format allows that.

    Args:
        path: a file that ends in .npy, .pt or .safetensors. One that holds several arrays by name (a .pt with a
            dictionary, a .safetensors) must hold exactly one, or one with a name of ``names``.
        names: the first of them that occurs counts.

    Raises:
        DataError: where there is no such file, it is damaged, holds objects instead of numbers, no single array, or
            numbers that are not finite.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        _refuse(path, f"must be a file that ends in {KINDS}; got {path.suffix or 'no ending'!r}")
    if not path.is_file():
        got = "a folder" if path.is_dir() else "no such file"
        _refuse(path, f"must be a file; got {got}")
    array = reader(path, names)
    if array.values.dtype not in _TYPES:
        _refuse(path, f"must hold {_NUMBERS}; got the type {array.values.dtype}")
    _check_finite(path, array.values)
    return array


def _numpy_array(path: Path, _: Sequence[str]) -> Array:
    try:
        # Changes stay in this process: torch warns of arrays that cannot be written.
        found = np.load(path, mmap_mode="c", allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        _refuse(path, f"must be a whole .npy file of numbers; got: {_first_sentence(error)}", "Save it with numpy.save")
    if not isinstance(found, np.ndarray):
        _refuse(path, "must be a .npy file of one array; got an archive of several", "Save one with numpy.save")
    if found.dtype.kind not in "iuf":
        _refuse(path, f"must hold {_NUMBERS}; got the type {found.dtype}")
    native = found.dtype.isnative
    values = torch.from_numpy(found if native else found.astype(found.dtype.newbyteorder("=")))
    return Array(values, is_mapped=native)


def _torch_array(path: Path, names: Sequence[str]) -> Array:
    try:
        found, is_mapped = _torch_content(path)
    except pickle.UnpicklingError:
        _refuse(path, "must hold tensors alone; got other objects, which could run code", "Save the tensor alone")
    except (RuntimeError, EOFError, OSError, KeyError, struct.error, ValueError) as error:
        _refuse(path, f"must be a whole file of torch.save; got: {_first_sentence(error)}")
    if isinstance(found, Mapping):
        tensors = {str(name): each for name, each in found.items() if isinstance(each, Tensor)}
        found = tensors[_chosen(path, tuple(tensors), names)]
    if not isinstance(found, Tensor):
        _refuse(path, f"must hold a tensor; got {type(found).__name__}")
    if found.layout != torch.strided:
        _refuse(path, f"must hold a dense tensor; got the layout {found.layout}", "Save it with to_dense()")
    return Array(found.detach(), is_mapped)


def _torch_content(path: Path) -> tuple[Any, bool]:
    """What the file holds, and whether it is mapped: the format before torch 1.6 cannot be."""
    with path.open("rb") as file:
        is_zip = file.read(4) == b"PK\x03\x04"
    return torch.load(path, map_location="cpu", weights_only=True, mmap=is_zip), is_zip


def _safetensors_array(path: Path, names: Sequence[str]) -> Array:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="pt") as file:
            return Array(file.get_tensor(_chosen(path, tuple(file.keys()), names)), is_mapped=False)
    except (SafetensorError, OSError) as error:
        _refuse(path, f"must be a whole .safetensors file; got: {_first_sentence(error)}")


_READERS: Mapping[str, Callable[[Path, Sequence[str]], Array]] = MappingProxyType(
    {".npy": _numpy_array, ".pt": _torch_array, ".safetensors": _safetensors_array}
)


def _chosen(path: Path, found: Sequence[str], names: Sequence[str]) -> str:
    """The name of the array that is meant."""
    known = [name for name in names if name in found]
    if not known and len(found) != 1:
        got = ", ".join(sorted(found)[:5]) + ", ..." * (len(found) > 5) or "none"
        _refuse(path, f"must hold one tensor, or one called {' or '.join(names)}; got {got}")
    return (*known, *found)[0]


def _check_finite(path: Path, values: Tensor) -> None:
    if not values.is_floating_point():
        return
    nan = infinite = 0
    flat = values.reshape(-1)
    for start in range(0, len(flat), _COUNTED_AT_ONCE):
        portion = flat[start : start + _COUNTED_AT_ONCE]
        if not bool(portion.isfinite().all()):
            nan += int(portion.isnan().sum())
            infinite += int(portion.isinf().sum())
    if nan or infinite:
        _refuse(path, f"must hold finite numbers; got {nan:,} NaN and {infinite:,} infinite ones of {values.numel():,}")


def _first_sentence(error: Exception) -> str:
    """What a library says, without its advice on how to load unsafely."""
    said = " ".join(str(error).split())
    return (said.split(". ")[0] or type(error).__name__)[:200].rstrip(".")


def _refuse(path: Path, complaint: str, what_to_do: str = "") -> NoReturn:
    raise DataError(f"{path} {complaint}." + f" {what_to_do}." * bool(what_to_do)) from None
