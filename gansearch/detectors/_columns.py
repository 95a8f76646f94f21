"""Reads parts of a trace's columns; None wherever a column is missing, too short or not finite."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors._base import Trace

MOST_CLASSES: Final = 50
"""Classes from which ``classes_covered`` tells nothing: it counts shares of at least 1 %, and even shares near that."""


def counts_classes(trace: Trace) -> bool:
    """Whether the data has classes, and so few that ``classes_covered`` counts them all in samples that are well."""
    return 0 < trace.classes <= MOST_CLASSES


def last_steps(trace: Trace, name: str, count: int) -> NDArray[np.float64] | None:
    """The signal ``name`` over the last ``count`` steps, a number per window that ends in them."""
    return _windows(trace, name, trace.window_ends > trace.steps - count, count)


def first_steps(trace: Trace, name: str, count: int) -> NDArray[np.float64] | None:
    """The signal ``name`` over the first ``count`` steps, a number per window that begins in them."""
    begins = trace.window_ends - np.diff(trace.window_ends, prepend=0)
    return _windows(trace, name, begins < count, count)


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
    ends = trace.window_ends
    first, last = np.searchsorted(ends, (since, until), side="right")
    lengths = np.diff(ends[first:last], prepend=ends[first - 1] if first else 0)
    way = (ratios[first:last] * lengths).sum(dtype=np.float64)
    if np.isnan(way):  # windows that are masked whole
        way = np.nansum(ratios[first:last] * lengths, dtype=np.float64)
    return bool(way >= least)


def is_warm(
    trace: Trace, first: int, *, steps: int = 0, share: float = 0.0, travel: float = 0.0, late: float = 1.0
) -> bool:
    """Whether what a detector looks at begins late enough to tell something.

    Args:
        trace: a run's.
        first: the step at which it begins.
        steps: before which nothing counts.
        share: of the whole run before which nothing counts.
        travel: what the generator must have moved by step ``first``, in norms of its own parameters.
        late: share of the whole run from which on its way does not matter: what has not got on by then has no time.
    """
    if first < max(steps, share * trace.total_steps):
        return False
    return first >= late * trace.total_steps or moved(trace, first, travel)


def way(trace: Trace) -> NDArray[np.float64]:
    """How far the generator has moved by the end of each window, in norms of its parameters, from ``g_update_ratio``.

    A window that is hidden whole, or that is not finite, adds nothing.
    """
    ratios, lengths = trace.signals["g_update_ratio"], trace.window_ends.copy()
    lengths[1:] -= trace.window_ends[:-1]
    return np.cumsum(np.where(np.isfinite(ratios), ratios, 0) * lengths, dtype=np.float64)


def median(values: NDArray[np.float64]) -> float:
    """The median; of so few numbers ``np.median`` takes ten times as long, and this is asked at every epoch."""
    ordered = np.sort(values)
    middle = len(ordered) // 2
    return float((ordered[middle] + ordered[~middle]) / 2)


def _windows(trace: Trace, name: str, chosen: NDArray[np.bool_], count: int) -> NDArray[np.float64] | None:
    """The finite ones among windows of a signal; None where half of them are masked, or a step was not finite."""
    values = trace.signals.get(name)
    if values is None or trace.steps < count or name in trace.non_finite:
        return None
    found = values[chosen].astype(np.float64)
    found = found[np.isfinite(found)]
    return found if len(found) > 0 and 2 * len(found) >= chosen.sum() else None


def _finite(values: NDArray[np.float64] | None, start: int, stop: int | None, count: int) -> NDArray[np.float64] | None:
    if values is None or len(values) < count:
        return None
    window = values[start:stop]
    return window if np.isfinite(window).all() else None
