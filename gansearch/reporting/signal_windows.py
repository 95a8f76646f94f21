"""Signals as means over windows of steps: what a report draws and keeps of a number per step."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

POINTS = 200
"""Windows per signal at most."""

Windows: TypeAlias = "tuple[NDArray[np.int64], NDArray[np.float64]]"
"""The last step of each window, and the mean over it."""


def thinned(values: NDArray[np.float32], points: int = POINTS) -> Windows:
    """Window means of ``values`` [steps]: the last step of each of at most ``points`` windows, and their means."""
    if len(values) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    width = -(-len(values) // points)
    starts = np.arange(0, len(values), width)
    ends = np.append(starts[1:], len(values))
    return ends, np.add.reduceat(values.astype(np.float64), starts) / (ends - starts)
