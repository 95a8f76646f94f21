"""Signals as detectors read them: means over short windows of steps that never cross the end of an epoch.

A step's own numbers are noise, and a thousand runs of them do not fit into a repository. What detectors see of a run
that trains is what is kept of it for calibration, to the bit, so that the rates measured there are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gansearch.records import MEASURE_EVERY

WINDOW_STEPS: Final = 25
"""Steps of a window, as nearly as the length of an epoch allows."""
MASK: Final = ".active"
"""Tail of a trick's signal that is 1 in steps whose losses mean something else, as in a flip phase."""


def window_ends(steps: int, steps_per_epoch: int) -> NDArray[np.int64]:
    """The steps at which the windows of the first ``steps`` steps end, counted from 1; the last may be cut short."""
    if steps == 0:
        return np.zeros(0, dtype=np.int64)
    per_epoch = max(1, steps_per_epoch)
    count = max(1, round(per_epoch / WINDOW_STEPS))
    within = np.linspace(0, per_epoch, count + 1).round().astype(np.int64)[1:]
    ends = (np.arange(-(-steps // per_epoch), dtype=np.int64)[:, None] * per_epoch + within).ravel()
    return np.append(ends[ends < steps], steps)


def windowed(
    signals: Mapping[str, NDArray[np.float32]], ends: NDArray[np.int64], steps_per_epoch: int
) -> dict[str, NDArray[np.float32]]:
    """Means over the windows, one array [windows] per signal.

    Masked steps do not count, but for the masks themselves, and with a step all those that may hold what was measured
    at it; a window that is masked whole is NaN.

    Args:
        signals: one number per step, all as long as the last window's end.
        ends: of the windows.
        steps_per_epoch: measurements begin anew with each epoch.
    """
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1]])
    if len(ends) == 0:
        return {name: np.zeros(0, dtype=np.float32) for name in signals}
    masks = [values > 0 for name, values in signals.items() if name.endswith(MASK)]
    hidden = _held(np.logical_or.reduce(masks), steps_per_epoch) if masks else np.zeros(int(ends[-1]), dtype=bool)
    seen = np.add.reduceat(~hidden, starts, dtype=np.float64)
    lengths = np.diff(ends, prepend=0)
    means = {}
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for name, values in signals.items():
            if name.endswith(MASK):
                total, count = np.add.reduceat(values, starts, dtype=np.float64), lengths
            else:
                total, count = np.add.reduceat(np.where(hidden, 0, values), starts, dtype=np.float64), seen
            means[name] = (total / count).astype(np.float32)
    return means


def _held(masked: NDArray[np.bool_], steps_per_epoch: int) -> NDArray[np.bool_]:
    """Every step between two measurements of which one is masked."""
    within = np.arange(len(masked)) % max(1, steps_per_epoch)
    starts = np.flatnonzero(within % MEASURE_EVERY == 0)
    lengths = np.diff(starts, append=len(masked))
    return np.repeat(np.logical_or.reduceat(masked, starts), lengths)


def first_non_finite(signals: Mapping[str, NDArray[np.float32]]) -> dict[str, int]:
    """The first step, counted from 1, at which each signal is NaN or infinite; those that never are, are left out."""
    bad = {name: ~np.isfinite(values) for name, values in signals.items()}
    return {name: int(which.argmax()) + 1 for name, which in bad.items() if which.any()}
