"""A workbench as bytes and arrays: opened once, it reaches other processes, which load, train and measure nothing."""

from __future__ import annotations

import io
import pickle
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gansearch.data import Data
from gansearch.metrics import Measured, Metric, metrics
from gansearch.metrics._remembered import Shelf, give_shelf, shelf_of
from gansearch.metrics.evaluator import Evaluator

TENSOR, METRIC, DATA, SPLIT = "tensor", "metric", "data", "split"

# torch says so of every array of a shared store. Nobody writes to data, weights or real features: where training wants
# other numbers, it makes new ones.
_READ_ONLY: Final = "The given NumPy array is not writable"


@dataclass(frozen=True, eq=False)
class SharedBench:
    """What a workbench holds. Arrays may lie in memory that several processes share, and are never written to."""

    content: bytes
    """Everything but numbers."""
    arrays: tuple[NDArray[Any], ...]
    has_data: bool
    """Whether the data are in it; else who opens it reads them anew: those of a large file that is mapped."""

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in self.arrays)


def packed(data: Data, evaluator: Evaluator, *, with_data: bool) -> SharedBench | None:
    """A workbench in this form; None where it has none: an extractor of a plug-in may hold what cannot be carried.

    The arrays are the tensors' own memory.
    """
    stream, packer = io.BytesIO(), None
    try:
        packer = _Packer(stream, data, with_data=with_data)
        packer.dump((data, evaluator))
    except (pickle.PicklingError, TypeError, AttributeError, RuntimeError, ValueError):
        return None
    return SharedBench(stream.getvalue(), tuple(packer.arrays), with_data)


def unpacked(shared: SharedBench, load: Callable[[], Data]) -> tuple[Data, Evaluator]:
    """The data and the evaluator, whose tensors are the arrays.

    Args:
        shared: what ``packed`` made.
        load: reads the data; called only where they are not in it.

    Raises:
        DataError: where ``load`` does.
    """
    tensors = [_tensor(array) for array in shared.arrays]
    found: tuple[Data, Evaluator] = _Unpacker(shared.content, tensors, None if shared.has_data else load()).load()
    return found


class _Packer(pickle.Pickler):
    """Sets aside tensors, and names what the other process has itself: metrics, and data that it reads anew."""

    def __init__(self, stream: io.BytesIO, data: Data, *, with_data: bool) -> None:
        super().__init__(stream, protocol=5)
        self.arrays: list[NDArray[Any]] = []
        self._numbers: dict[int, int] = {}
        self._kept: list[Tensor] = []
        self._elsewhere: Mapping[int, tuple[str, str]] = {} if with_data else _parts(data)

    def persistent_id(self, obj: Any) -> tuple[str, Any] | None:
        """What stands for an object in the bytes; None for the object itself."""
        if id(obj) in self._elsewhere:
            return self._elsewhere[id(obj)]
        if isinstance(obj, Metric):  # a plug-in's class is imported under another name elsewhere
            return METRIC, obj.name
        return (TENSOR, self._number(obj)) if type(obj) is Tensor else None

    def reducer_override(self, obj: Any) -> Any:
        """How an object is made again: real samples with the place where what follows from them is kept."""
        if type(obj) is not Measured:
            return NotImplemented
        return _measured, ({each.name: getattr(obj, each.name) for each in fields(obj)}, shelf_of(obj))

    def _number(self, tensor: Tensor) -> int:
        """Where the tensor's array is.

        Raises:
            PicklingError: where it has none.
        """
        if id(tensor) not in self._numbers:
            if tensor.requires_grad or tensor.device.type != "cpu" or tensor.layout != torch.strided:
                raise pickle.PicklingError("must be numbers in memory, without a graph")
            self._numbers[id(tensor)] = len(self.arrays)
            self.arrays.append(tensor.contiguous().numpy())
            self._kept.append(tensor)  # no other object may get its address meanwhile
        return self._numbers[id(tensor)]


class _Unpacker(pickle.Unpickler):
    """Puts in place what ``_Packer`` has set aside or named."""

    def __init__(self, content: bytes, tensors: list[Tensor], data: Data | None) -> None:
        super().__init__(io.BytesIO(content))
        self._tensors = tensors
        self._data = data

    def persistent_load(self, pid: tuple[str, Any]) -> Any:
        """The object that ``pid`` stands for."""
        kind, which = pid
        if kind == TENSOR:
            return self._tensors[which]
        if kind == METRIC:
            return metrics.get(which)()
        return self._data if kind == DATA else getattr(self._data, which)


def _parts(data: Data) -> dict[int, tuple[str, str]]:
    """What stands for the data and their splits where the values do not travel."""
    splits = {id(split): (SPLIT, name) for name in ("train", "test") if (split := getattr(data, name)) is not None}
    return {id(data): (DATA, ""), **splits}


def _measured(parts: Mapping[str, Any], shelf: Shelf | None) -> Measured:
    measured = Measured(**parts)
    if shelf is not None:
        give_shelf(measured, shelf)
    return measured


def _tensor(array: NDArray[Any]) -> Tensor:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=_READ_ONLY, category=UserWarning)
        return torch.from_numpy(np.asarray(array))
