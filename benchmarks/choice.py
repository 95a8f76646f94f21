"""How many lanes are trained together: the one place in which the benchmarks ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEAST_GAIN: Final = 1.2
"""What a pack must gain over lanes one by one to be worth it."""


def chosen_lanes(seconds: Mapping[int, float]) -> int:
    """The K with the least time per lane-step where that is a gain of 1.2 over K = 1, else 1.

    Args:
        seconds: per lane-step, by K; 1 among them.
    """
    fastest = min(seconds, key=lambda lanes: seconds[lanes])
    return fastest if seconds[1] >= LEAST_GAIN * seconds[fastest] else 1
