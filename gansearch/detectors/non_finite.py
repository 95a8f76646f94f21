"""Divergence: a signal or a metric that is no finite number. Source: IEEE 754; nothing recovers from NaN weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gansearch.detectors._base import Detector, Trace
from gansearch.records import Finding

NOT_TRAINED = ("label_floor",)
"""Signals that describe the configuration rather than what became of it: without a floor, it may be NaN."""


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
        found = _earliest(trace.signals) or _earliest(trace.evaluations)
        if found is None:
            return None
        name, index = found
        if name in trace.signals:
            column: NDArray[Any] = trace.signals[name]
            first_step = index + 1
        else:
            column = trace.evaluations[name]
            first_step = int(trace.evaluations["step"][index])
        count = int((~np.isfinite(column)).sum())
        before = {} if index == 0 else {"last_finite_value": float(column[index - 1])}
        return Finding(
            detector=self.name,
            kind=self.kind,
            step=trace.steps,
            epoch=trace.epoch,
            signal=name,
            value=float(count),
            threshold=0.0,
            evidence={"first_step": float(first_step), **before},
            sentence=f"{name} was no finite number from step {first_step} on ({count:.3g} non-finite values so far).",
        )


def _earliest(columns: Mapping[str, NDArray[np.float32]] | Mapping[str, NDArray[np.float64]]) -> tuple[str, int] | None:
    """Name and index of the first non-finite number, or None."""
    first: tuple[str, int] | None = None
    for name, values in columns.items():
        bad = ~np.isfinite(values)
        if name in NOT_TRAINED or not bad.any():
            continue
        index = int(bad.argmax())
        if first is None or index < first[1]:
            first = (name, index)
    return first
