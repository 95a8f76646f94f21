"""Reads windows out of a trace's columns; None wherever a column is missing, too short or not finite."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors._base import Trace


def last_steps(trace: Trace, name: str, count: int) -> NDArray[np.float64] | None:
    """The signal ``name`` over the last ``count`` steps."""
    return _finite(trace.signals.get(name), -count, None, count)


def first_steps(trace: Trace, name: str, count: int) -> NDArray[np.float64] | None:
    """The signal ``name`` over the first ``count`` steps."""
    return _finite(trace.signals.get(name), 0, count, count)


def last_evaluations(trace: Trace, name: str, count: int) -> NDArray[np.float64] | None:
    """The metric ``name`` at the last ``count`` evaluations."""
    return _finite(trace.evaluations.get(name), -count, None, count)


def all_evaluations(trace: Trace, name: str) -> NDArray[np.float64] | None:
    """The metric ``name`` at every evaluation so far; at least one."""
    values = trace.evaluations.get(name)
    return None if values is None or len(values) == 0 else _finite(values, 0, None, len(values))


def moved(trace: Trace, until: int, least: float, *, since: int = 0) -> bool:
    """Whether the generator has moved by ``least`` norms of its own parameters between two steps.

    The way is the sum of ``g_update_ratio``. It counts a slow starter's time more slowly, as steps and epochs do not:
    at a rate of 1e-5 a generator needs twenty times the steps that it needs at 2e-4. True where the signal is missing.
    """
    ratios = trace.signals.get("g_update_ratio")
    if ratios is None:
        return True
    return bool(np.nansum(ratios[since:until], dtype=np.float64) >= least)


def _finite(
    values: NDArray[np.float32] | NDArray[np.float64] | None, start: int, stop: int | None, count: int
) -> NDArray[np.float64] | None:
    if values is None or len(values) < count:
        return None
    window = values[start:stop].astype(np.float64)
    return window if np.isfinite(window).all() else None
