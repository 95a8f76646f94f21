"""Permutation tests between two arms, exact where the relabellings can all be made and Monte-Carlo where not.

In pairs the labels are swapped within pairs, and the statistic is the mean difference; else all runs are relabelled,
and it is Welch's t, with which the test nearly holds its level also where the arms differ in spread and in size
(Janssen 1997; Chung and Romano 2013). Two-sided p are of its absolute value. Simulated at 5 %, 8 normal runs against
20, the 8 with four times the spread: the plain difference claims 20 % of nulls, twice the smaller one-sided p of
Welch's t 11 %, its absolute value 6 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from scipy import stats

from gansearch.reporting.effects.gains import Gains
from gansearch.reporting.statistics import Values

DECIMALS: Final = 10
"""Of a statistic: relabellings that tie must tie whatever the order in which their values were added."""
TINY: Final = 1e-9
"""Least standard error by which a difference is divided: arms that do not vary."""

Side = Literal["two-sided", "greater", "less"]


@dataclass(frozen=True)
class Precision:
    """How many resamples statements rest on."""

    permutations: int = 9_999
    """At most; a test with fewer relabellings is exact."""
    bootstraps: int = 9_999
    """0 leaves out intervals, equivalence and power, which a claim of a difference does not need."""
    seed: int = 0


LEAN: Final = Precision(permutations=999, bootstraps=0)
"""Enough for "supported" and "contradicted"."""


def permutation_p(gains: Gains, precision: Precision, *, shift: float = 0.0, side: Side = "two-sided") -> float:
    """The p of "the arm's gains are the baseline's plus ``shift``", against ``side``."""
    statistic = _mean_difference if gains.is_paired else _welch
    is_two_sided = side == "two-sided"
    test = stats.permutation_test(
        (gains.arm - shift, gains.baseline),
        (lambda arm, baseline, axis: np.abs(statistic(arm, baseline, axis))) if is_two_sided else statistic,
        permutation_type="samples" if gains.is_paired else "independent",
        alternative="greater" if is_two_sided else side,
        vectorized=True,
        n_resamples=precision.permutations,
        rng=np.random.default_rng(precision.seed),
    )
    return float(test.pvalue)


def relabellings(gains: Gains) -> int:
    """In how many ways the labels can be given."""
    return 2 ** len(gains.arm) if gains.is_paired else math.comb(len(gains.arm) + len(gains.baseline), len(gains.arm))


def smallest_p(gains: Gains, precision: Precision) -> float:
    """The smallest two-sided p that the test can give; equal sizes have each relabelling in both directions."""
    made = relabellings(gains)
    if made > precision.permutations:
        return 1 / (precision.permutations + 1)
    return (2 if len(gains.arm) == len(gains.baseline) else 1) / made


def _mean_difference(arm: Values, baseline: Values, axis: int = -1) -> Any:
    return np.round(np.mean(arm, axis=axis) - np.mean(baseline, axis=axis), DECIMALS)


def _welch(arm: Values, baseline: Values, axis: int = -1) -> Any:
    difference = np.mean(arm, axis=axis) - np.mean(baseline, axis=axis)
    error = np.sqrt(_error(arm, axis) + _error(baseline, axis))
    return np.round(difference / np.maximum(error, TINY), DECIMALS)


def _error(values: Values, axis: int) -> Any:
    return np.var(values, axis=axis, ddof=1) / values.shape[axis]
