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
PAIRING = 0.3
"""Correlation of equal seeds above which they are compared in pairs."""
RESAMPLES = 4999
MANY = 200
"""Values from which fewer resamples do: of an interval they leave little open beside what so many values do, and of a
p value at 5 % half a point, less of a smaller one."""
RESAMPLES_OF_MANY = 1999
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


@dataclass(frozen=True)
class Difference:
    """The mean of one sample less that of another."""

    value: float
    n: int
    """Values of each sample."""
    interval: Interval | None
    """None where the samples are too small, or do not vary."""
    p: float | None
    """Of a permutation test against "no difference"; None below 8 values."""
    is_paired: bool
    """Whether equal places of both were compared with each other."""


def share(count: int, n: int) -> Estimate:
    """``count`` out of ``n`` as a share in [0, 1], with Wilson's interval.

    Raises:
        ValueError: where ``n`` is 0 or ``count`` is not within [0, n].
    """
    if not 0 <= count <= n or n == 0:
        raise ValueError(f"a share must be of 0 to n out of at least 1; got {count} of {n}")
    low, high = proportion_confint(count, n, alpha=1 - LEVEL, method="wilson")
    return Estimate(count / n, n, Interval(float(low), float(high)))


def rank_correlation(x: Values, y: Values, *, is_tested: bool = True) -> Estimate:
    """Spearman's correlation of ``x`` and ``y`` [n], ties at their mean rank; without an interval below 8 pairs.

    Args:
        x: one of each pair.
        y: the other.
        is_tested: whether it comes with a p value, half of its cost.
    """
    n = len(x)
    if n < FEWEST or len(set(x)) < 2 or len(set(y)) < 2:
        return Estimate(float("nan"), n, None)
    x_ranks, y_ranks = stats.rankdata(x), stats.rankdata(y)
    value = float(_pearson(x_ranks, y_ranks))
    interval = _bootstrap((_places(x), _places(y)), _spearman, paired=True)
    if not is_tested:
        return Estimate(value, n, interval)
    centred = y_ranks - y_ranks.mean()
    # Ranks of a permutation are the permuted ranks, and their sum of products grows with the correlation.
    test = stats.permutation_test(
        (x_ranks - x_ranks.mean(),),
        lambda shuffled, axis: np.moveaxis(shuffled, axis, -1) @ centred,
        permutation_type="pairings",
        vectorized=True,
        n_resamples=_resamples(n),
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
    ranks = np.split(stats.rankdata(together), np.cumsum([len(group) for group in used])[:-1])
    test = stats.permutation_test(
        ranks,
        _rank_spread,
        permutation_type="independent",
        alternative="greater",
        vectorized=True,
        n_resamples=_resamples(len(together)),
        rng=np.random.default_rng(SEED),
    )
    return float(test.pvalue)


def _rank_spread(*ranks: Values, axis: int = -1) -> Any:
    """What Kruskal and Wallis's statistic grows with, of ranks that permutations keep; rounded, so that ties tie."""
    return np.round(sum(np.sum(part, axis=axis) ** 2 / part.shape[axis] for part in ranks), 6)


def difference(x: Values, y: Values) -> Difference:
    """The mean of ``x`` less that of ``y`` [n], of which equal places belong together, as equal seeds do.

    They are compared in pairs only where they correlate by more than .3: pairs that have nothing in common only cost
    degrees of freedom.

    Raises:
        ValueError: where they are not of one length, or a value is not finite.
    """
    if len(x) != len(y) or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError(f"both samples must have as many values, all finite; got {x} and {y}")
    value, n = float(np.mean(x) - np.mean(y)) if len(x) else float("nan"), len(x)
    if n < FEWEST:
        return Difference(value, n, None, None, is_paired=False)
    is_paired = bool(np.array_equal(x, y)) or _correlate(x, y)
    test = stats.permutation_test(
        (x, y),
        _mean_difference,
        permutation_type="samples" if is_paired else "independent",
        vectorized=True,
        n_resamples=_resamples(n),
        rng=np.random.default_rng(SEED),
    )
    is_constant = is_paired and len(set(x - y)) == 1
    interval = Interval(value, value) if is_constant else _bootstrap((x, y), _mean_difference, paired=is_paired)
    return Difference(value, n, interval, float(test.pvalue), is_paired)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's correction over the p values that there are."""
    known = [p for p in p_values if p is not None]
    if not known:
        return list(p_values)
    corrected = iter(multipletests(known, method="holm")[1])
    return [None if p is None else float(next(corrected)) for p in p_values]


def _mean_difference(x: Values, y: Values, axis: int = -1) -> Any:
    return np.mean(x, axis=axis) - np.mean(y, axis=axis)


def _correlate(x: Values, y: Values) -> bool:
    if len(set(x)) < 2 or len(set(y)) < 2:
        return False
    return bool(np.corrcoef(x, y)[0, 1] > PAIRING)


def _places(values: Values) -> Values:
    """Each value's place among the different ones, from 0, by which ranks of resamples are counted without sorting."""
    return np.unique(values, return_inverse=True)[1].astype(np.float64)


def _spearman(x: Values, y: Values, axis: int = -1) -> Any:
    """Pearson's correlation of ranks along the last axis of places [..., n]."""
    return _pearson(*(_ranks(np.moveaxis(each, axis, -1)) for each in (x, y)))


def _ranks(places: Values) -> Values:
    """Ranks along the last axis of places [..., n], ties at their mean, by counting: n instead of n log n."""
    flat = places.reshape(-1, places.shape[-1]).astype(np.int64)
    rows, most = len(flat), int(flat.max()) + 1
    counts = np.bincount((flat + most * np.arange(rows)[:, None]).ravel(), minlength=rows * most).reshape(rows, most)
    middle = np.cumsum(counts, axis=1) - (counts - 1) / 2
    return np.take_along_axis(middle, flat, axis=1).reshape(places.shape)


def _pearson(x: Values, y: Values) -> Any:
    """Correlation along the last axis; 0 where a (re)sample does not vary, which shows no association."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.ConstantInputWarning)
        found = stats.pearsonr(x, y, axis=-1).statistic
    return np.nan_to_num(found, nan=0.0)


def _resamples(n: int) -> int:
    return RESAMPLES if n < MANY else RESAMPLES_OF_MANY


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
            n_resamples=_resamples(max(map(len, samples))),
            confidence_level=LEVEL,
            method="BCa",
            rng=np.random.default_rng(SEED),
        ).confidence_interval
    if not (np.isfinite(made.low) and np.isfinite(made.high)):
        return None
    return Interval(float(made.low), float(made.high))
