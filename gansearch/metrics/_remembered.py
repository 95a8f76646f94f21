"""Computes what follows from one set of samples once, and forgets it with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from gansearch.metrics._base import Measured

R = TypeVar("R")


def remembered(derive: Callable[[Measured], R]) -> Callable[[Measured], R]:
    """Make ``derive`` compute its result once per ``Measured`` object: real samples outlive many evaluations."""
    known: WeakKeyDictionary[Measured, R] = WeakKeyDictionary()

    @wraps(derive)
    def look_up(measured: Measured) -> R:
        if measured not in known:
            known[measured] = derive(measured)
        return known[measured]

    return look_up
