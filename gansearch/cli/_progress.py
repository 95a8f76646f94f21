"""A study's status in the few values that are shown while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gansearch.study import StudyStatus


@dataclass(frozen=True)
class Progress:
    """What is shown of a study."""

    name: str
    ended: int
    planned: int | None
    running: int
    best: str | None
    ends: Mapping[str, int]
    elapsed_s: float
    left_s: float | None


def time_left(ended: int, planned: int | None, elapsed_s: float) -> float | None:
    """Seconds that the rest takes at the pace so far; None while nothing has ended, or without a bound.

    Args:
        ended: trials that have ended, at least 0.
        planned: trials in all, or None.
        elapsed_s: seconds in which those have ended.
    """
    if planned is None or ended <= 0:
        return None
    return max(0.0, elapsed_s * (planned - ended) / ended)
