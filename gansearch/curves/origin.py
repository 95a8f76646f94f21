"""Where curves came from: versions, commit, hardware, data, threads and lanes, as their attempts recorded them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gansearch.curves.curve import Curve
from gansearch.records import Setting

_ONE: Final = ("commit", "threads", "lanes")
_SEVERAL: Final = ("versions", "hardware", "data")


@dataclass(frozen=True)
class OriginDifference:
    """Something about their origin in which two curves differ."""

    name: str
    """As ``versions.torch`` or ``data.checksum``."""
    one: tuple[Setting, ...]
    """What the attempts at the first curve recorded, each once, in order; empty where none did."""
    other: tuple[Setting, ...]

    def __str__(self) -> str:
        return f"{self.name}: {said(self.one)} and {said(self.other)}"


def origin(curve: Curve) -> dict[str, tuple[Setting, ...]]:
    """Every value that an attempt recorded, by name; several where attempts differ."""
    found: dict[str, dict[Setting, None]] = {}
    for attempt in curve.attempts:
        for name, value in _flat(attempt).items():
            found.setdefault(name, {})[value] = None
    return {name: tuple(values) for name, values in found.items()}


def origin_differences(one: Curve, other: Curve) -> list[OriginDifference]:
    """In what two curves' origins differ, by name."""
    ours, theirs = origin(one), origin(other)
    names = sorted({*ours, *theirs})
    return [
        OriginDifference(name, ours.get(name, ()), theirs.get(name, ()))
        for name in names
        if ours.get(name) != theirs.get(name)
    ]


def most_lanes(curve: Curve) -> int:
    """The most lanes that a pack had when an attempt began in it."""
    return max((int(attempt.get("lanes", 1)) for attempt in curve.attempts), default=1)


def said(values: tuple[Setting, ...]) -> str:
    """Recorded values for a reader."""
    return ", then ".join("none" if value is None else str(value) for value in values) or "not recorded"


def _flat(attempt: Mapping[str, Any]) -> dict[str, Setting]:
    found = {name: attempt[name] for name in _ONE if name in attempt}
    for name in _SEVERAL:
        found.update({f"{name}.{key}": value for key, value in attempt.get(name, {}).items()})
    return found
