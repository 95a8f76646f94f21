"""The operations of a recorded step: which, on what, and what they made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from torch import Tensor

Place: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Value:
    """What an operation of the step has made."""

    name: str
    tensor: Tensor
    """Kept while recording, so that nothing else comes to lie in its place."""
    is_own: bool
    """Whether it lies in memory of the step's own, not in what outlives it."""

    @property
    def storage(self) -> object:
        """What it shares with its views."""
        return self.tensor.untyped_storage()._cdata


@dataclass(frozen=True, eq=False)
class Line:
    """One operation; tensors that the step made stand as values among its arguments."""

    operation: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    made: tuple[Value | None, ...]
    """What it returns; None for what is no tensor."""
    is_sequence: bool
    """Whether it returns several things, or a list."""
    changes: bool
    """Whether it writes into memory that was there before."""

    def values(self) -> Iterator[Value]:
        """Everything that it makes or reads."""
        given = (self.made, self.args, tuple(self.kwargs.values()))
        yield from (leaf for leaf in leaves(given) if isinstance(leaf, Value))


def place_of(tensor: Tensor) -> Place:
    """Where and how a tensor lies in memory."""
    storage = tensor.untyped_storage()._cdata
    return storage, tensor.storage_offset(), tensor.shape, tensor.stride(), tensor.dtype


def leaves(given: Any) -> Iterator[Any]:
    """What nested lists and tuples hold, from the first to the last; anything else is its own only leaf."""
    if isinstance(given, (tuple, list)):
        for each in given:
            yield from leaves(each)
    else:
        yield given


def mapped(given: Any, change: Callable[[Any], Any]) -> Any:
    """Nested lists and tuples of the same form, each leaf changed."""
    if isinstance(given, (tuple, list)):
        return type(given)(mapped(each, change) for each in given)
    return change(given)
