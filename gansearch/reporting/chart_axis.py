"""Where a value stands on the upright axis of a chart: linear, or logarithmic where values spread far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOG_FROM = 50.0
"""Ratio of the largest to the smallest of positive values from which on an axis is logarithmic."""


@dataclass(frozen=True)
class ChartAxis:
    """An axis from ``low`` to ``high``."""

    low: float
    high: float
    is_log: bool

    @classmethod
    def of(cls, values: NDArray[np.float64], threshold: float | None) -> ChartAxis:
        """The axis on which all values (finite, at least one) and the threshold have a place."""
        every = values if threshold is None else np.append(values, threshold)
        low, high = float(every.min()), float(every.max())
        if low > 0 and high >= LOG_FROM * low:
            return cls(low, high, is_log=True)
        if low == high:
            return cls(low - 0.5 * max(abs(low), 1e-9), high + 0.5 * max(abs(high), 1e-9), is_log=False)
        return cls(low, high, is_log=False)

    def place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Heights in [0, 1]; beyond the axis they are cut to it."""
        low, high, shown = self.low, self.high, values
        if self.is_log:
            low, high, shown = np.log(low), np.log(high), np.log(np.maximum(values, low))
        return np.clip((shown - low) / (high - low), 0.0, 1.0)
