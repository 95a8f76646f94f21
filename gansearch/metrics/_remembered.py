"""Computes what follows from one set of samples once, and forgets it with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from torch import Tensor

from gansearch.metrics._base import Measured

R = TypeVar("R")

Shelf: TypeAlias = Callable[[str, Callable[[], Tensor]], Tensor]
"""Gives the tensor of a name, and computes and keeps it where there is none yet."""

_shelves: Final[WeakKeyDictionary[Measured, Shelf]] = WeakKeyDictionary()


def remembered(derive: Callable[[Measured], R]) -> Callable[[Measured], R]:
    """Make ``derive`` compute its result once per ``Measured`` object: real samples outlive many evaluations."""
    known: WeakKeyDictionary[Measured, R] = WeakKeyDictionary()

    @wraps(derive)
    def look_up(measured: Measured) -> R:
        if measured not in known:
            known[measured] = derive(measured)
        return known[measured]

    return look_up


def kept(derive: Callable[[Measured], Tensor]) -> Callable[[Measured], Tensor]:
    """As ``remembered``, and kept for other processes where the samples have a shelf: for what takes seconds."""
    name = derive.__name__.lstrip("_")

    @remembered
    @wraps(derive)
    def look_up(measured: Measured) -> Tensor:
        shelf = _shelves.get(measured)
        return derive(measured) if shelf is None else shelf(name, lambda: derive(measured))

    return look_up


def give_shelf(measured: Measured, shelf: Shelf) -> None:
    """Let what is ``kept`` of these samples be kept there."""
    _shelves[measured] = shelf


def shelf_of(measured: Measured) -> Shelf | None:
    """Where what is ``kept`` of these samples is kept; None where they have no such place."""
    return _shelves.get(measured)
