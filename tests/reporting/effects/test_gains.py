"""Values as gains: signs, ranks, and when equal seeds are paired."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from gansearch.errors import ReportError
from gansearch.reporting.effects.gains import as_value, gains, lead, level, margin_of
from gansearch.reporting.effects.measure import SUCCESS_RATE, Measure, Scale
from tests.reporting.effects.arms import DISTANCE, arm, drawn, values


def test_a_ratio_is_that_of_geometric_means() -> None:
    found = gains(DISTANCE, arm("b", [10.0, 40.0]), arm("a", [5.0, 20.0, 10.0]))
    assert found.difference == pytest.approx(math.log(2), abs=1e-12)  # lower is better: a gain
    assert as_value(DISTANCE, found.scale, found.difference) == pytest.approx(0.5, abs=1e-12)
    assert level(found.scale, found.baseline_runs, -1) == pytest.approx(20.0, abs=1e-12)


def test_a_difference_takes_zero_and_negative_values() -> None:
    measure = Measure("log_likelihood", Scale.DIFFERENCE, lower_is_better=False, margin=0.5)
    found = gains(measure, arm("b", [-1.0, 0.0]), arm("a", [1.0, 0.0]))
    assert (found.difference, as_value(measure, found.scale, found.difference)) == (1.0, 1.0)


def test_ratios_need_values_above_zero() -> None:
    with pytest.raises(ReportError, match=r"a-1: frechet_distance must be above 0 on the ratio scale; got 0\.0"):
        gains(DISTANCE, arm("b", [1.0, 2.0]), arm("a", [1.0, 0.0]))


def test_rates_are_compared_elsewhere() -> None:
    with pytest.raises(ReportError, match="rates are compared by compare_rates"):
        gains(SUCCESS_RATE, arm("b", [1.0]), arm("a", [1.0]))


def test_the_margin_of_a_ratio_is_the_lower_one_a_tenth_below_the_higher() -> None:
    assert math.exp(-margin_of(DISTANCE, Scale.RATIO)) == pytest.approx(0.9, abs=1e-12)
    assert margin_of(DISTANCE, Scale.RANK) == 0.1


def test_ranks_are_mann_and_whitneys_probability_and_censored_runs_tie_last() -> None:
    one, other = [3.0, 5.0, None, None], [1.0, 3.0, 2.0, 9.0, None]
    found = gains(DISTANCE, arm("b", one, first=0), arm("a", other, first=100))
    last = [math.inf if x is None else x for x in one], [math.inf if x is None else x for x in other]
    u = stats.mannwhitneyu(*last).statistic  # pairs in which the baseline's value is above, ties as halves
    assert found.scale is Scale.RANK
    assert found.difference + 0.5 == pytest.approx(u / 20, abs=1e-12)
    assert float(lead(found.arm, found.baseline)) == pytest.approx(found.difference, abs=1e-12)
    assert found.baseline[2] == found.baseline[3] == found.arm[4] == min(found.baseline)


def test_a_median_that_is_censored_has_no_level() -> None:
    assert level(Scale.RANK, arm("a", [1.0, 2.0, None]).ranked, -1) == 2.0
    assert level(Scale.RANK, arm("a", [1.0, None, None]).ranked, -1) is None
    assert level(Scale.RATIO, (), -1) is None


def test_equal_seeds_that_correlate_are_paired() -> None:
    rng = np.random.default_rng(0)
    baseline = drawn("b", rng, 20)
    alike = arm("a", [float(x) for x in values(baseline)[:8] * np.exp(0.02 * rng.normal(size=8))])
    found = gains(DISTANCE, baseline, alike)
    assert (found.is_paired, len(found.baseline), len(found.arm), found.shared) == (True, 8, 8, 8)
    assert found.correlation is not None
    assert found.intraclass is not None
    assert 0.3 < found.intraclass <= found.correlation


def test_seeds_that_do_not_correlate_are_not() -> None:
    baseline = drawn("b", np.random.default_rng(0), 20)
    against = arm("a", [float(400 / x) for x in values(baseline)[:8]])
    found = gains(DISTANCE, baseline, against)
    assert (found.is_paired, len(found.baseline), len(found.arm)) == (False, 20, 8)
    assert found.correlation == pytest.approx(-1.0, abs=1e-9)


def test_the_choice_does_not_change_when_labels_are_swapped_within_pairs() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(20, 1, 8), rng.normal(20, 1, 8)
    found = set()
    for bits in range(256):
        is_swapped = np.array([bits >> place & 1 for place in range(8)], dtype=bool)
        pair = np.where(is_swapped, y, x), np.where(is_swapped, x, y)
        intraclass = gains(DISTANCE, arm("b", list(pair[0])), arm("a", list(pair[1]))).intraclass
        assert intraclass is not None
        found.add(round(intraclass, 9))
    assert len(found) == 1


def test_few_common_seeds_or_constant_arms_have_no_correlation() -> None:
    assert gains(DISTANCE, arm("b", [1.0, 2.0] * 4), arm("a", [1.0, 2.0, 3.0])).correlation is None
    assert gains(DISTANCE, arm("b", [1.0, 2.0] * 4), arm("a", [3.0] * 8)).correlation is None


def test_identical_arms_are_known_bit_by_bit() -> None:
    one = [20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0]
    assert gains(DISTANCE, arm("b", one), arm("a", one)).is_identical
    assert not gains(DISTANCE, arm("b", one), arm("a", [*one[:7], np.nextafter(27.0, 28.0)])).is_identical
    assert not gains(DISTANCE, arm("b", one[:7]), arm("a", one[:7])).is_identical
    assert gains(DISTANCE, arm("b", [*one, None]), arm("a", [*one, None])).is_identical
    assert not gains(DISTANCE, arm("b", [*one, None]), arm("a", [*one, 28.0])).is_identical
