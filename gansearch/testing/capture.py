"""Whether a step can be recorded once and replayed, as a CUDA graph is: found out on a CPU, operation by operation.

A recorded program is a list of operations on tensors that stay where they are. So nothing in it may wait for a number,
take a shape from one, or bring something from the host; what is not in the list does not happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from gansearch.gan import forms
from gansearch.training.step import Variant

_FROM_HOST = (torch.ops.aten.lift_fresh.default, torch.ops.aten.lift.default)
_BY_INDEX = ("aten::index", "aten::index_put", "aten::index_put_")


@contextmanager
def lanes_at_once() -> Iterator[None]:
    """A time in which the CPU takes the forms that other devices take, random streams among them."""
    with patch.object(forms, "takes_lanes_at_once", lambda _: True):
        yield


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation as torch carries it out, below the recording of gradients."""

    function: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    made: Any

    @property
    def key(self) -> Hashable:
        """What it is and does, but for the numbers in its tensors."""
        given = [leaf for part in (self.args, *self.kwargs.values()) for leaf in _leaves(part)]
        return str(self.function), tuple(_form(leaf) if isinstance(leaf, Tensor) else repr(leaf) for leaf in given)

    @property
    def obstacle(self) -> str | None:
        """Why it cannot be recorded; None where it can."""
        if self.function in _FROM_HOST:
            return "makes a tensor of numbers from the host"
        if torch.Tag.data_dependent_output in self.function.tags:
            return "waits for a number from the device"
        if self._has_free_shape():
            return "gives a shape that depends on numbers"
        leaves = [leaf for part in (self.args, *self.kwargs.values(), self.made) for leaf in _leaves(part)]
        if len({leaf.device for leaf in leaves if isinstance(leaf, Tensor)}) > 1:
            return "joins tensors of several devices"
        return None

    def _has_free_shape(self) -> bool:
        if self.function._schema.name in _BY_INDEX:
            # Whole numbers keep the shape; truth values stand for as many as are true.
            return any(isinstance(leaf, Tensor) and _is_mask(leaf) for leaf in _leaves(self.args[1]))
        return torch.Tag.dynamic_output_shape in self.function.tags

    def again(self) -> None:
        """Carry it out with what its tensors hold now, and lay what it gives where it was given the first time."""
        if self.function.is_view:
            return
        made = self.function(*self.args, **self.kwargs)
        for new, place in zip(_leaves(made), _leaves(self.made), strict=True):
            if isinstance(place, Tensor) and _storage(new) != _storage(place):
                place.copy_(new)


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Writes down every operation of a time, in order."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.all: list[Operation] = []

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Whether torch must load its compiler to keep it from here; that takes seconds, and nothing is compiled."""
        return False

    def __torch_dispatch__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        made = function(*args, **(kwargs or {}))
        # What is new to torch has no graph yet, and on tensors without numbers could not be detached.
        kept = _as_given if function in _FROM_HOST else _bare
        named = {name: kept(value) for name, value in (kwargs or {}).items()}
        self.all.append(Operation(function, kept(args), named, kept(made)))
        return made

    @property
    def launches(self) -> int:
        """How many there are that compute something: views cost a device nothing."""
        return sum(not operation.function.is_view for operation in self.all)

    def keys(self) -> list[Hashable]:
        """``Operation.key`` of each."""
        return [operation.key for operation in self.all]

    def obstacles(self) -> list[str]:
        """Why they cannot be recorded, with the operation's name; empty where they can."""
        found = ((operation.obstacle, operation.function) for operation in self.all)
        return [f"{function} {obstacle}" for obstacle, function in found if obstacle is not None]


class ReplayingRunner:
    """What ``training.recording`` has for CUDA, for any device: a program of each variant is recorded and replayed."""

    def __init__(self, step: Callable[[Variant], None]) -> None:
        self._step = step
        self._programs: dict[Variant, Operations] = {}
        self.runs: Counter[Variant] = Counter()

    def __call__(self, variant: Variant) -> None:
        """Train for one step: the first of a variant as it stands, the second is written down, others are replayed."""
        self.runs[variant] += 1
        if variant in self._programs:
            with torch.no_grad():
                for operation in self._programs[variant].all:
                    operation.again()
        elif self.runs[variant] == 1:
            self._step(variant)
        else:
            self._programs[variant] = Operations()
            with self._programs[variant]:
                self._step(variant)


def _leaves(given: Any) -> Iterator[Any]:
    if isinstance(given, (tuple, list)):
        for each in given:
            yield from _leaves(each)
    else:
        yield given


def _as_given(given: Any) -> Any:
    return given


def _bare(given: Any) -> Any:
    """The same with its tensors in the same memory, but without the graphs that would outlive the step."""
    if isinstance(given, (tuple, list)):
        return type(given)(_bare(each) for each in given)
    return given.detach() if isinstance(given, Tensor) else given


def _storage(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def _is_mask(index: Tensor) -> bool:
    return index.dtype in {torch.bool, torch.uint8}


def _form(tensor: Tensor) -> Hashable:
    return tuple(tensor.shape), tensor.stride(), tensor.dtype
