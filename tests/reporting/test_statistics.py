"""Intervals and tests against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from gansearch.reporting.statistics import (
    FEWEST,
    Interval,
    difference,
    holm,
    levels_differ,
    median,
    rank_correlation,
    share,
)


@pytest.mark.parametrize(("count", "n"), [(0, 10), (3, 12), (12, 12), (50, 100)])
def test_wilsons_interval_by_its_formula(count: int, n: int) -> None:
    z, p = norm.ppf(0.975), count / n
    centre, half = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    found = share(count, n)
    assert found.interval is not None
    assert found.interval.low == pytest.approx((centre - half) / (1 + z**2 / n), abs=1e-12)
    assert found.interval.high == pytest.approx((centre + half) / (1 + z**2 / n), abs=1e-12)
    assert (found.value, found.n) == (p, n)


@pytest.mark.parametrize(("count", "n"), [(1, 0), (3, 2), (-1, 2)])
def test_a_share_of_nothing_is_refused(count: int, n: int) -> None:
    with pytest.raises(ValueError, match="a share must be of 0 to n"):
        share(count, n)


def test_correlation_of_equal_and_opposite_ranks() -> None:
    x = np.arange(12.0)
    assert rank_correlation(x, x**3).value == pytest.approx(1.0, abs=1e-12)
    assert rank_correlation(x, -np.exp(x)).value == pytest.approx(-1.0, abs=1e-12)


def test_correlation_by_the_formula_of_rank_differences() -> None:
    x = np.arange(10.0)
    y = np.array([2.0, 1, 4, 3, 6, 5, 8, 7, 10, 9])
    differences = np.argsort(np.argsort(y)) - np.arange(10)
    expected = 1 - 6 * float((differences**2).sum()) / (10 * 99)
    found = rank_correlation(x, y)
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert found.interval is not None
    assert found.interval.low < expected <= found.interval.high <= 1.0
    assert found.p is not None
    assert 0 < found.p < 0.01


def test_the_exact_p_value_of_a_small_permutation_test() -> None:
    x = np.arange(8.0)  # 8! orders are more than are drawn: the smallest p is 1 in 5,000 a side
    found = rank_correlation(x, x)
    assert found.p == pytest.approx(2 / 5000, abs=4e-4)


def test_independent_samples_show_no_association() -> None:
    generator = np.random.default_rng(3)
    excluded = 0
    for _ in range(20):
        found = rank_correlation(generator.normal(size=12), generator.normal(size=12))
        assert found.interval is not None
        excluded += found.interval.excludes(0.0)
    assert 0 <= excluded <= 4  # 1 in 20 is expected; 5 or more would be a chance of .3 %


@pytest.mark.parametrize("n", [0, 1, FEWEST - 1])
def test_too_few_pairs_have_no_interval(n: int) -> None:
    found = rank_correlation(np.arange(float(n)), np.arange(float(n)))
    assert (found.n, found.interval, found.p) == (n, None, None)


def test_values_that_do_not_vary_have_no_correlation() -> None:
    found = rank_correlation(np.ones(12), np.arange(12.0))
    assert math.isnan(found.value)
    assert found.interval is None


def test_two_levels_resample_without_a_warning() -> None:
    found = rank_correlation(np.array([0.0] * 7 + [1.0]), np.arange(8.0))
    assert found.value == pytest.approx(0.577, abs=1e-3)


def test_the_median_and_its_interval() -> None:
    values = np.arange(1.0, 42.0)
    found = median(values)
    assert found.value == 21.0
    assert found.interval is not None
    # order statistics: ranks 14 and 27 of 41 hold the median with at least 95 %
    assert found.interval.low == pytest.approx(14, abs=2)
    assert found.interval.high == pytest.approx(28, abs=2)


def test_a_median_of_few_or_equal_values_has_no_interval() -> None:
    assert median(np.arange(7.0)).interval is None
    assert median(np.ones(20)).interval is None
    assert math.isnan(median(np.zeros(0)).value)


def test_levels_that_differ_and_levels_that_do_not() -> None:
    apart = levels_differ([np.arange(5.0), np.arange(5.0) + 100])
    assert apart == pytest.approx(2 / 252, abs=1e-9)  # 2 of the 10 choose 5 divisions are as extreme
    together = levels_differ([np.array([1.0, 4, 5, 8]), np.array([2.0, 3, 6, 7])])
    assert together == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    "groups",
    [[], [np.arange(20.0)], [np.arange(20.0), np.ones(1)], [np.arange(3.0), np.arange(3.0)], [np.ones(5), np.ones(5)]],
)
def test_groups_that_cannot_be_compared(groups: list[np.ndarray]) -> None:
    assert levels_differ(groups) is None


def test_holm_by_hand() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06], abs=1e-12)
    assert holm([None, None]) == [None, None]
    assert holm([]) == []


def test_the_same_sample_gives_the_same_numbers() -> None:
    x, y = np.arange(9.0), np.array([3.0, 1, 2, 6, 4, 9, 5, 8, 7])
    assert rank_correlation(x, y) == rank_correlation(x, y)


def test_what_an_interval_excludes() -> None:
    assert Interval(0.1, 0.4).excludes(0.0)
    assert not Interval(-0.1, 0.4).excludes(0.0)


def test_a_difference_of_means_with_its_exact_p_value() -> None:
    x = np.arange(8.0)
    found = difference(x + 10, x)
    assert found.value == pytest.approx(10, abs=1e-12)
    assert found.is_paired  # equal seeds correlate wholly
    assert found.p == pytest.approx(2 / 2**8, abs=1e-12)  # all signs alike, either way
    assert found.interval == Interval(10, 10)  # every pair differs by the same


def test_equal_samples_do_not_differ_at_all() -> None:
    for equal in (np.arange(8.0), np.ones(8)):
        found = difference(equal, equal)
        assert (found.value, found.interval, found.p) == (0.0, Interval(0, 0), 1.0)


def test_samples_that_do_not_correlate_are_not_paired() -> None:
    x = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
    y = np.array([8.0, 1, 7, 2, 6, 3, 5, 4])
    found = difference(x, y)
    assert not found.is_paired
    assert found.value == 0
    assert found.p == pytest.approx(1.0)
    assert found.interval is not None
    assert not found.interval.excludes(0)


def test_too_few_values_for_a_difference_have_neither_interval_nor_p() -> None:
    found = difference(np.arange(7.0), np.zeros(7))
    assert (found.value, found.interval, found.p) == (3.0, None, None)


def test_samples_of_two_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="both samples must have as many values, all finite"):
        difference(np.zeros(8), np.zeros(9))
