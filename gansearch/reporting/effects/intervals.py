"""Bootstrap intervals (BCa, Efron 1987) of the difference between two arms. They describe; they never test alone.

With 8 runs against 20 the interval at 95 % holds the truth about 90 times in 100 (log-normal values, simulated).
"""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np
from scipy import stats

from gansearch.reporting.effects.gains import Gains, lead
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.statistics import LEVEL, Interval, Values

INNER_LEVEL: Final = 0.9
"""Of the interval that lies inside the margin when two one-sided tests at 5 % say so."""


def gain_intervals(gains: Gains, precision: Precision) -> tuple[Interval, Interval] | None:
    """The 95 % and the 90 % interval of the difference of gains, from the same resamples.

    None where none are to be drawn, or the sample is too uniform to have one.
    """
    if not precision.bootstraps:
        return None
    constant = _constant(gains)
    if constant is not None:
        return constant, constant
    first = _bootstrap(gains, precision, LEVEL)
    again = _bootstrap(gains, precision, INNER_LEVEL, first)
    outer, inner = _interval(first), _interval(again)
    return None if outer is None or inner is None else (outer, inner)


def _bootstrap(gains: Gains, precision: Precision, level: float, known: Any = None) -> Any:
    samples, statistic, is_paired = _problem(gains)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        warnings.filterwarnings("ignore", "invalid value encountered", RuntimeWarning)
        return stats.bootstrap(
            samples,
            statistic,
            paired=is_paired,
            vectorized=True,
            n_resamples=0 if known is not None else precision.bootstraps,
            confidence_level=level,
            method="BCa",
            bootstrap_result=known,
            rng=np.random.default_rng(precision.seed),
        )


def _problem(gains: Gains) -> tuple[tuple[Values, ...], Any, bool]:
    """Samples, statistic, and whether equal places of the samples are drawn together."""
    if gains.scale is Scale.RANK:
        return (gains.arm, gains.baseline), lead, gains.is_paired
    if gains.is_paired:
        return (gains.arm - gains.baseline,), np.mean, False
    return (gains.arm, gains.baseline), _mean_difference, False


def _mean_difference(arm: Values, baseline: Values, axis: int = -1) -> Any:
    return np.mean(arm, axis=axis) - np.mean(baseline, axis=axis)


def _constant(gains: Gains) -> Interval | None:
    """The point that every resample gives, or None."""
    if gains.is_paired and len(set(gains.arm - gains.baseline)) == 1:
        return Interval(gains.difference, gains.difference)
    if len(set(gains.arm)) == 1 and len(set(gains.baseline)) == 1:
        return Interval(gains.difference, gains.difference)
    return None


def _interval(made: Any) -> Interval | None:
    low, high = float(made.confidence_interval.low), float(made.confidence_interval.high)
    return Interval(low, high) if np.isfinite(low) and np.isfinite(high) else None
