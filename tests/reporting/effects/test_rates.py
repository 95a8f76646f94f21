"""Differences of rates against scipy, statsmodels and the closed form."""

from __future__ import annotations

import math

import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from gansearch.errors import ReportError
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.rates import compare_rates
from tests.reporting.effects.arms import DISTANCE, outcomes


def test_newcombes_interval_by_its_formula() -> None:
    found = compare_rates(outcomes("b", 8, 20), outcomes("a", 7, 8))
    (low, high), (below, above) = (proportion_confint(k, n, method="wilson") for k, n in ((7, 8), (8, 20)))
    difference = 7 / 8 - 8 / 20
    assert found.interval is not None
    assert found.points == pytest.approx(47.5, abs=1e-9)
    assert found.interval.low == pytest.approx(100 * (difference - math.hypot(7 / 8 - low, above - 8 / 20)), abs=1e-9)
    assert found.interval.high == pytest.approx(100 * (difference + math.hypot(high - 7 / 8, 8 / 20 - below)), abs=1e-9)
    assert found.p == pytest.approx(stats.boschloo_exact([[7, 8], [1, 12]]).pvalue, abs=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), [(0, 0), (8, 20), (0, 20), (8, 0)])
def test_at_none_and_all(ours: int, theirs: int) -> None:
    found = compare_rates(outcomes("b", theirs, 20), outcomes("a", ours, 8))
    assert found.interval is not None
    assert found.points is not None
    assert -100 <= found.interval.low <= found.points + 1e-9
    assert found.points - 1e-9 <= found.interval.high <= 100
    is_equal = (ours > 0) == (theirs > 0)
    assert (found.p == 1.0) is is_equal
    assert found.counts is not is_equal


def test_the_margin_tests_are_newcombes_interval_turned_round() -> None:
    found = compare_rates(outcomes("b", 190, 200), outcomes("a", 189, 200))
    assert found.inner is not None
    assert found.p_not_worse is not None
    assert found.lies_above == (found.p_not_worse < 0.05)
    assert found.lies_above
    near = compare_rates(outcomes("b", 19, 20), outcomes("a", 19, 20))
    assert near.p_not_worse == pytest.approx(near.p_not_better, abs=1e-9)
    assert near.p_not_worse is not None
    assert 0.05 < near.p_not_worse < 0.5
    assert not near.lies_above


def test_where_lower_is_better() -> None:
    measure = Measure("total collapse", Scale.RATE, lower_is_better=True)
    found = compare_rates(outcomes("b", 20, 20), outcomes("a", 0, 8), measure)
    assert (found.points, found.gain) == (-100.0, 1.0)
    assert found.p_not_worse is not None
    assert found.p_not_worse < 1e-3
    assert (found.lies_above, found.lies_below) == (True, False)


def test_too_few_runs() -> None:
    found = compare_rates(outcomes("b", 8, 20), outcomes("a", 5, 5, unknown=3))
    assert (found.points, found.missing, found.arm.unknown) == (60.0, 3, 3)
    assert (found.interval, found.p, found.power) == (None, None, None)


def test_ten_points_count() -> None:
    assert compare_rates(outcomes("b", 7, 10), outcomes("a", 8, 10)).counts
    assert not compare_rates(outcomes("b", 14, 20), outcomes("a", 15, 20)).counts


def test_a_distance_is_no_rate() -> None:
    with pytest.raises(ReportError, match="compare_rates takes the scale rate; got ratio"):
        compare_rates(outcomes("b", 7, 10), outcomes("a", 8, 10), DISTANCE)
