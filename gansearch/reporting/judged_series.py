"""The series that a finding is about, in the numbers that its detector compared with the threshold.

A finding names one signal, and its value may be of something made of that signal: the discriminator's loss above its
floor, the spread of generated images as a share of that of real ones. Which it was follows from its numbers: a mean, a
median or an extreme lies between the least and the greatest number of the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gansearch.records import Finding

STEPS_SHOWN = 2000
FLOOR = "label_floor"
FAKE, REAL = "fake_", "real_"
TOLERANCE = 1e-3
"""Share of a value by which it may lie outside the window's numbers: they are rounded where they are stored."""

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class JudgedSeries:
    """What is drawn of a finding."""

    label: str
    """What the numbers are, as ``d_loss above label_floor``."""
    steps: NDArray[np.float64]
    values: NDArray[np.float64]
    """Finite numbers alone, as many as ``steps``."""
    threshold: float | None
    """None where the finding's threshold is of something else than these numbers."""
    since_step: int | None
    """Where the window begins; None where the finding does not say."""
    step: int
    """Where it ends."""
    is_evaluations: bool
    """Whether the numbers are metrics at rungs rather than a signal of the steps."""


def judged_series(
    finding: Finding, signals: Columns, evaluations: Columns, *, until: float | None = None
) -> JudgedSeries | None:
    """The series up to the finding: all evaluations, or the last 2,000 steps and all of the window.

    Args:
        finding: what a detector saw.
        signals: columns of equal length with ``step``, the last of each window of steps or each step itself.
        evaluations: the same of the metrics at rungs.
        until: the last step, where the run went on after the finding; None for that of the finding.

    Returns:
        None where there is no finite number of what the finding names.
    """
    is_evaluations = finding.signal not in signals
    columns = evaluations if is_evaluations else signals
    if finding.signal not in columns or "step" not in columns:
        return None
    steps = np.asarray(columns["step"], dtype=np.float64)
    since = 0 if finding.since_step is None else finding.since_step
    first = 0 if is_evaluations else min(finding.step - STEPS_SHOWN, since)
    shown = (steps > first) & (steps <= (finding.step if until is None else until))
    window = (steps[shown] > since) & (steps[shown] <= finding.step)
    found = [(label, np.asarray(values, dtype=np.float64)[shown]) for label, values in _candidates(finding, columns)]
    fits = next((each for each in found if _holds(each[1][window], finding.value)), None)
    label, values = fits or found[-1]
    finite = np.isfinite(values)
    if not finite.any():
        return None
    return JudgedSeries(
        label=label,
        steps=steps[shown][finite],
        values=values[finite],
        threshold=None if fits is None else finding.threshold,
        since_step=finding.since_step,
        step=finding.step,
        is_evaluations=is_evaluations,
    )


def _candidates(finding: Finding, columns: Columns) -> Iterator[tuple[str, NDArray[Any]]]:
    """What the value may be of: what the evidence speaks for first, the signal as it is last."""
    name, plain = finding.signal, columns[finding.signal]
    twin = name.replace(FAKE, REAL, 1)
    if FLOOR in finding.evidence and FLOOR in columns:
        yield f"{name} above {FLOOR}", plain - columns[FLOOR]
    if twin != name and twin in finding.evidence and twin in columns:
        with np.errstate(divide="ignore", invalid="ignore"):
            yield f"{name} / {twin}", plain / columns[twin]
    yield name, plain


def _holds(window: NDArray[np.float64], value: float) -> bool:
    """Whether ``value`` can be a mean, a median or an extreme of the window's numbers."""
    known = window[np.isfinite(window)]
    if len(known) == 0:
        return False
    slack = TOLERANCE * max(abs(value), 1e-12)
    return bool(known.min() - slack <= value <= known.max() + slack)
