"""Divergence: a signal or a metric that is no finite number. Source: IEEE 754; nothing recovers from NaN weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors._base import Detector, Trace
from gansearch.records import Finding

NOT_TRAINED = ("label_floor",)
"""Signals that describe the configuration rather than what became of it: without a floor, it may be NaN."""
UNDEFINED = ("class_churn",)
"""What has no value at some evaluations of a run that is well."""


@dataclass(frozen=True, kw_only=True)
class NonFinite(Detector):
    """Fires when any signal of any step, or any metric of any evaluation, is NaN or infinite.

    Formula: ``count(not isfinite) > 0``. No warm-up, no window; the policy stops such a run even in its grace.
    Known false positives: the skipped steps of mixed precision, which gansearch does not use.
    """

    name: ClassVar[str] = "non_finite"
    kind: ClassVar[str] = "diverged"
    source: ClassVar[str] = "IEEE 754 arithmetic; looks alike: skipped steps under mixed precision"

    def check(self, trace: Trace) -> Finding | None:
        """The first non-finite number, of the signals before the metrics."""
        found = _of_signals(trace) or _of_evaluations(trace)
        if found is None:
            return None
        name, first_step, column, index = found
        count = int((~np.isfinite(column[index:])).sum())
        unit = "windows" if name in trace.signals else "evaluations"
        before = {} if index == 0 else {"last_finite_value": float(column[index - 1])}
        return self.found(
            trace,
            signal=name,
            value=float(count),
            threshold=0.0,
            since_step=first_step - 1,
            evidence={"first_step": float(first_step), **before},
            sentence=f"{name} was no finite number from step {first_step} on ({count:.3g} non-finite {unit} so far).",
        )


def _of_signals(trace: Trace) -> tuple[str, int, NDArray[Any], int] | None:
    """Name, step, column and index of the earliest non-finite number of the signals, or None."""
    first = {name: step for name, step in trace.non_finite.items() if name not in NOT_TRAINED}
    if not first:
        return None
    name = min(first, key=lambda each: first[each])
    return name, first[name], trace.signals[name], int(np.searchsorted(trace.window_ends, first[name]))


def _of_evaluations(trace: Trace) -> tuple[str, int, NDArray[Any], int] | None:
    """The same of the evaluations."""
    found: tuple[str, int, NDArray[Any], int] | None = None
    for name, values in trace.evaluations.items():
        bad = ~np.isfinite(values)
        if name not in UNDEFINED and bad.any() and (found is None or int(bad.argmax()) < found[3]):
            index = int(bad.argmax())
            found = name, int(trace.evaluations["step"][index]), values, index
    return found
