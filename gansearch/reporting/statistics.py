"""The statistics of a report: intervals and permutation tests, all of them from scipy and statsmodels.

Intervals are bootstrap BCa (Efron 1987) and, for shares, Wilson's (1927); p values come from permutations. Every
function takes its random generator's seed, so that the same study gives the same report.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

FEWEST = 8
"""Below so many runs nothing is said: a smaller sample has no interval worth the name."""
LEVEL = 0.95
RESAMPLES = 4999
SEED = 0

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A confidence interval at 95 %."""

    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Whether ``value`` lies outside."""
        return not self.low <= value <= self.high


@dataclass(frozen=True)
class Estimate:
    """A number with what it rests on."""

    value: float
    n: int
    interval: Interval | None
    """None where ``n`` is too small, or where the sample does not vary."""
    p: float | None = None
    """Of a permutation test against "no association"; None where none was made."""


def share(count: int, n: int) -> Estimate:
    """``count`` out of ``n`` as a share in [0, 1], with Wilson's interval.

    Raises:
        ValueError: where ``n`` is 0 or ``count`` is not within [0, n].
    """
    if not 0 <= count <= n or n == 0:
        raise ValueError(f"a share must be of 0 to n out of at least 1; got {count} of {n}")
    low, high = proportion_confint(count, n, alpha=1 - LEVEL, method="wilson")
    return Estimate(count / n, n, Interval(float(low), float(high)))


def rank_correlation(x: Values, y: Values) -> Estimate:
    """Spearman's correlation of ``x`` and ``y`` [n], ties at their mean rank; without an interval below 8 pairs."""
    n = len(x)
    if n < FEWEST or len(set(x)) < 2 or len(set(y)) < 2:
        return Estimate(float("nan"), n, None)
    value = float(_spearman(x, y))
    interval = _bootstrap((x, y), _spearman, paired=True)
    test = stats.permutation_test(
        (x,),
        lambda shuffled, axis: _spearman(shuffled, np.broadcast_to(y, shuffled.shape), axis),
        permutation_type="pairings",
        vectorized=True,
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(SEED),
    )
    return Estimate(value, n, interval, float(test.pvalue))


def median(values: Values) -> Estimate:
    """The median of ``values`` [n]; without an interval below 8 values."""
    n = len(values)
    interval = _bootstrap((values,), np.median) if n >= FEWEST else None
    return Estimate(float(np.median(values)) if n else float("nan"), n, interval)


def levels_differ(groups: Sequence[Values]) -> float | None:
    """The p value of "the groups have one distribution": Kruskal and Wallis's statistic over permutations.

    None with fewer than two groups of at least two values, fewer than 8 values, or values that are all equal.
    """
    used = [group for group in groups if len(group) > 1]
    together = np.concatenate(used) if used else np.zeros(0)
    if len(used) < 2 or len(together) < FEWEST or len(set(together)) < 2:
        return None
    test = stats.permutation_test(
        used,
        lambda *parts, axis: stats.kruskal(*parts, axis=axis).statistic,
        permutation_type="independent",
        alternative="greater",
        vectorized=True,
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(SEED),
    )
    return float(test.pvalue)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's correction over the p values that there are."""
    known = [p for p in p_values if p is not None]
    if not known:
        return list(p_values)
    corrected = iter(multipletests(known, method="holm")[1])
    return [None if p is None else float(next(corrected)) for p in p_values]


def _spearman(x: Values, y: Values, axis: int = -1) -> Any:
    """Pearson's correlation of ranks along ``axis``; 0 where a (re)sample does not vary, which shows no association."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.ConstantInputWarning)
        found = stats.pearsonr(stats.rankdata(x, axis=axis), stats.rankdata(y, axis=axis), axis=axis).statistic
    return np.nan_to_num(found, nan=0.0)


def _bootstrap(samples: tuple[Values, ...], statistic: Callable[..., Any], *, paired: bool = False) -> Interval | None:
    """The BCa interval, or None where the sample is too uniform to have one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        warnings.filterwarnings("ignore", "invalid value encountered", RuntimeWarning)
        made = stats.bootstrap(
            samples,
            statistic,
            paired=paired,
            vectorized=True,
            n_resamples=RESAMPLES,
            confidence_level=LEVEL,
            method="BCa",
            rng=np.random.default_rng(SEED),
        ).confidence_interval
    if not (np.isfinite(made.low) and np.isfinite(made.high)):
        return None
    return Interval(float(made.low), float(made.high))
