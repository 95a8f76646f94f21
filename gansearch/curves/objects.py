"""The objects that hold one trial's records in an object store: parts of one segment each, and a whole of many.

Each segment has a *place*: the attempt that wrote it, and its number among that attempt's segments. A part is called
``<attempt>-<n>``, as its only segment; a whole ``whole-<attempt>-<n>``, as its last one, and it holds every segment
from the first on. So whatever stands at or before the place of the furthest whole is in that whole: objects that are
still to be removed, and what a writer that was replaced has written since, count no more.

Wholes come after parts, and further wholes after nearer ones, in the order in which stores list names. Where a listing
takes several requests, what is removed during it therefore leaves a trace in it: the whole for which it was removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gansearch.curves.segment import Segment
from gansearch.storage import Storage

Place: TypeAlias = tuple[int, int]
"""Of a segment: its attempt, and its number among that attempt's segments, from 0."""
WHOLE: Final = "whole-"


@dataclass(frozen=True)
class Objects:
    """What lies below a trial's folder; paths are relative to the study's storage."""

    whole: str | None
    """The furthest whole."""
    covered: Place | None
    """The place of the last segment in it."""
    parts: dict[Place, str]
    """The parts behind it, in order."""
    superseded: tuple[str, ...]
    """What is in the whole too, or counts no more: it can be removed."""

    @property
    def current(self) -> tuple[str, ...]:
        """Everything that holds the trial's records."""
        return (*(() if self.whole is None else (self.whole,)), *self.parts.values())


def found_objects(storage: Storage, folder: str) -> Objects:
    """The objects of a trial as they stand."""
    wholes: dict[Place, str] = {}
    parts: dict[Place, str] = {}
    for path in storage.list(folder):
        name = path.rpartition("/")[2]
        (wholes if name.startswith(WHOLE) else parts)[_place(name.removeprefix(WHOLE))] = path
    covered = max(wholes, default=None)
    kept = {place: parts[place] for place in sorted(parts) if covered is None or place > covered}
    over = [path for place, path in parts.items() if place not in kept]
    over += [path for place, path in wholes.items() if place != covered]
    return Objects(None if covered is None else wholes[covered], covered, kept, tuple(sorted(over)))


def part_path(folder: str, place: Place) -> str:
    """Where a part lies."""
    return f"{folder}/{place[0]}-{place[1]:06d}"


def whole_path(folder: str, last: Place) -> str:
    """Where the whole lies whose last segment has this place."""
    return f"{folder}/{WHOLE}{last[0]:06d}-{last[1]:06d}"


def places(segments: Sequence[Segment]) -> list[Place]:
    """The places of the segments of a record, from its first one on."""
    counts: dict[int, int] = {}
    found: list[Place] = []
    for segment in segments:
        counts[segment.attempt] = counts.get(segment.attempt, -1) + 1
        found.append((segment.attempt, counts[segment.attempt]))
    return found


def _place(name: str) -> Place:
    attempt, _, n = name.partition("-")
    return int(attempt), int(n)
