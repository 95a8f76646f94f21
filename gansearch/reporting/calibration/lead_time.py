"""How early a stop comes: before the end of the run, and after the collapse that it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gansearch.records import Finding
from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.calibration.recovery import last_collapse
from gansearch.reporting.calibration.truths import Truths


@dataclass(frozen=True)
class LeadTime:
    """Quartiles, in steps, over the total collapses that were stopped."""

    n: int
    before_end: tuple[float, float, float]
    """From the stop to the end: what it saved. NaN without any."""
    after_collapse: tuple[float, float, float]
    """From the first evaluation of the collapse that lasts to the end, to the stop; below 0 where a detector was
    sooner than the evaluation. NaN where no such collapse was recorded."""


def lead_time(truths: Truths, stops: Sequence[Finding | None]) -> LeadTime:
    """The lead time of a way of stopping.

    Args:
        truths: the runs.
        stops: for each, what it was stopped for, or None.
    """
    before, after = [], []
    for run, end, stop in zip(truths.runs, truths.outcomes, stops, strict=True):
        if end is Outcome.TOTAL and stop is not None and stop.step < run.steps:
            before.append(run.steps - stop.step)
            began = last_collapse(run)
            if began is not None:
                after.append(stop.step - began)
    return LeadTime(len(before), _quartiles(before), _quartiles(after))


def _quartiles(steps: Sequence[int]) -> tuple[float, float, float]:
    if not steps:
        return (float("nan"),) * 3
    low, middle, high = np.quantile(steps, (0.25, 0.5, 0.75))
    return float(low), float(middle), float(high)
