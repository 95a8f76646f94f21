"""Whether two curves are the same run: every signal of every step and every metric, to the last bit.

What depends on the machine's clock (``cost_s``, seconds) is not compared, nor is what a curve says about its attempts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gansearch.curves.curve import Curve
from gansearch.records import Evaluation, MetricValue

STEPS: Final = "steps"
"""``Difference.name`` where one curve is longer; its values are the steps of each."""
EVALUATION: Final = "evaluation"
"""``Difference.name`` where one curve lacks an evaluation; its values are the epoch of it."""


@dataclass(frozen=True)
class Difference:
    """One thing in which two curves differ, at the first step at which they do."""

    name: str
    """Of a signal or a metric, or ``STEPS``, or ``EVALUATION``."""
    step: int
    """The generator update, counted from 1."""
    recorded: float | None
    """None where the recorded curve has no such value."""
    again: float | None
    """None where the other curve has no such value."""
    largest: float
    """The largest absolute difference of this signal or metric over all steps that both curves have; NaN where one of
    the two is no number."""
    is_metric: bool = False
    """Whether it was measured at an evaluation, rather than at every step."""

    def __str__(self) -> str:
        kind = "metric" if self.is_metric else "signal"
        what = self.name if self.name in (STEPS, EVALUATION) else f"{kind} {self.name}"
        return (
            f"{what} at step {self.step}: {_said(self.recorded)} recorded, {_said(self.again)} again; "
            f"largest difference {self.largest:.3g}"
        )


def first_difference(recorded: Curve, again: Curve) -> Difference | None:
    """The difference at the earliest step, signals before metrics; None where the curves are equal.

    NaN equals NaN. Evaluations by the protocol of the end are compared where both curves have them, since a search
    makes them of its best runs alone.
    """
    found = [*_signals(recorded, again), *_evaluations(recorded, again)]
    return min(found, key=lambda one: (one.step, one.is_metric), default=None)


def up_to(curve: Curve, steps: int) -> Curve:
    """A curve with the signals and evaluations of its first ``steps`` generator updates alone."""
    return replace(
        curve,
        signals={name: values[:steps] for name, values in curve.signals.items()},
        evaluations=[done for done in curve.evaluations if done.step <= steps],
    )


def _signals(recorded: Curve, again: Curve) -> Iterator[Difference]:
    common = min(recorded.steps, again.steps)
    for name in sorted({*recorded.signals, *again.signals}):
        ours, theirs = _column(recorded, name, common), _column(again, name, common)
        unequal = np.flatnonzero(~_same_bits(ours, theirs))
        if len(unequal):
            first = int(unequal[0])
            with np.errstate(invalid="ignore"):  # the difference of two infinities
                largest = np.abs(ours[unequal].astype(np.float64) - theirs[unequal]).max()
            yield Difference(name, first + 1, float(ours[first]), float(theirs[first]), float(largest))
    if recorded.steps != again.steps:
        gap = abs(recorded.steps - again.steps)
        yield Difference(STEPS, common + 1, recorded.steps, again.steps, gap)


def _column(curve: Curve, name: str, length: int) -> NDArray[np.float32]:
    """A signal at the steps up to ``length``; NaN where it was not recorded."""
    values = curve.signals.get(name, np.zeros(0, dtype=np.float32))[:length]
    return np.concatenate([values, np.full(length - len(values), np.nan, dtype=np.float32)])


def _same_bits(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where two columns hold the same numbers, with their signs; NaN is NaN, whatever its bits."""
    same: NDArray[np.bool_] = one.view(np.uint32) == other.view(np.uint32)
    return same | (np.isnan(one) & np.isnan(other))


def _evaluations(recorded: Curve, again: Curve) -> Iterator[Difference]:
    ours, theirs = ({(done.step, done.final): done for done in curve.evaluations} for curve in (recorded, again))
    for step, is_final in sorted({*ours, *theirs}):
        one, other = ours.get((step, is_final)), theirs.get((step, is_final))
        if one is not None and other is not None:
            yield from _metrics(one, other, [(a, b) for key, a in ours.items() if (b := theirs.get(key)) is not None])
        elif not is_final:
            yield Difference(EVALUATION, step, _epoch(one), _epoch(other), math.nan, is_metric=True)


def _metrics(one: Evaluation, other: Evaluation, pairs: list[tuple[Evaluation, Evaluation]]) -> Iterator[Difference]:
    """The metrics of an evaluation that differ; ``pairs`` are all evaluations that both curves have."""
    ours, theirs = _metrics_by_name(one), _metrics_by_name(other)
    for name in sorted({*ours, *theirs}):
        a, b = ours.get(name), theirs.get(name)
        if a is None or b is None or a.protocol != b.protocol or a.value.hex() != b.value.hex():
            largest = max((_gap(*pair, name) for pair in pairs), default=math.nan)
            values = None if a is None else a.value, None if b is None else b.value
            yield Difference(name, one.step, *values, largest, is_metric=True)


def _metrics_by_name(evaluation: Evaluation) -> dict[str, MetricValue]:
    """A metric of the averaged generator is another one than that of the live one."""
    return {f"{metric.name} ({evaluation.generator})": metric for metric in evaluation.metrics}


def _gap(one: Evaluation, other: Evaluation, name: str) -> float:
    a, b = _metrics_by_name(one).get(name), _metrics_by_name(other).get(name)
    return 0.0 if a is None or b is None or a.value.hex() == b.value.hex() else abs(a.value - b.value)


def _epoch(evaluation: Evaluation | None) -> float | None:
    return None if evaluation is None else float(evaluation.epoch)


def _said(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.9g}"
