"""Intervals against scipy's, and where there is nothing to resample."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from gansearch.reporting.effects.gains import gains
from gansearch.reporting.effects.intervals import gain_intervals
from gansearch.reporting.effects.permutation import LEAN, Precision
from tests.reporting.effects.arms import DISTANCE, arm, drawn

FEW = Precision(permutations=99, bootstraps=999)


def test_both_intervals_as_scipy() -> None:
    rng = np.random.default_rng(0)
    found = gains(DISTANCE, drawn("b", rng, 20), drawn("a", rng, 8))
    intervals = gain_intervals(found, FEW)
    assert intervals is not None
    for interval, level in zip(intervals, (0.95, 0.9), strict=True):
        expected = stats.bootstrap(
            (found.arm, found.baseline),
            lambda a, b, axis: np.mean(a, axis=axis) - np.mean(b, axis=axis),
            vectorized=True,
            n_resamples=999,
            confidence_level=level,
            method="BCa",
            rng=np.random.default_rng(0),
        ).confidence_interval
        assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_by_rank_within_the_probabilities() -> None:
    rng = np.random.default_rng(1)
    one = [*rng.normal(20, 3, 18), None, None]
    found = gains(DISTANCE, arm("b", one), arm("a", [*rng.normal(17, 3, 7), None]))
    intervals = gain_intervals(found, FEW)
    assert intervals is not None
    assert -0.5 <= intervals[0].low < found.difference < intervals[0].high <= 0.5


def test_a_constant_difference_is_a_point() -> None:
    x = [20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0]
    intervals = gain_intervals(gains(DISTANCE, arm("b", x), arm("a", x)), FEW)
    assert intervals is not None
    assert (intervals[0].low, intervals[1].high) == (0.0, 0.0)
    apart = gain_intervals(gains(DISTANCE, arm("b", [3.0] * 8), arm("a", [2.0] * 8)), FEW)
    assert apart is not None
    assert apart[0].low == apart[0].high == pytest.approx(np.log(1.5), abs=1e-12)


def test_none_are_drawn_where_none_are_wanted() -> None:
    rng = np.random.default_rng(2)
    assert gain_intervals(gains(DISTANCE, drawn("b", rng, 20), drawn("a", rng, 8)), LEAN) is None
