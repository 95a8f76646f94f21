"""The best run that a way of stopping finds with so many steps: regret at equal compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gansearch.reporting.calibration.truths import Truths

BUDGETS: Final = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
"""Shares of the steps that all runs of a data set take to their ends."""
BUDGET: Final = 0.25
"""The one by which ways of stopping are compared in words."""


def regret_within(
    truths: Truths, steps: NDArray[np.int64], order: NDArray[np.int64], budgets: Sequence[float] = BUDGETS
) -> NDArray[np.float64]:
    """Regret of a search that begins one run after the other until its steps are used up [budgets].

    It is the logarithm of the best distance among the runs that it completed, over the best of all: distances spread
    over orders of magnitude, so that a mean over ratios is that of the few worst. Where it completed none, the worst
    finite distance is what it has.

    Args:
        truths: runs of one data set, of which not all diverged and the best distance is above 0.
        steps: that each is let do [n]; those that are let do fewer than they have are stopped, and have no distance.
        order: in which they begin, indices [n].
        budgets: shares of the steps of all.
    """
    finite = truths.distances[np.isfinite(truths.distances)]
    completed = (steps == truths.steps)[order]
    found = np.where(completed, truths.distances[order], np.inf)
    best = np.minimum(np.minimum.accumulate(found), finite.max())
    used = np.cumsum(steps[order])
    begun = np.searchsorted(used, np.array(budgets) * truths.steps.sum() + 0.5, side="right")
    had = np.concatenate([[finite.max()], best])[begun]
    return np.asarray(np.log(had / finite.min()))
