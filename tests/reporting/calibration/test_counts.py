"""Bounds of counts, against their closed forms."""

from __future__ import annotations

import math

import pytest
from scipy.stats import beta

from gansearch.reporting.calibration.counts import Count


@pytest.mark.parametrize("n", [1, 10, 37, 150])
def test_the_bound_of_none_seen(n: int) -> None:
    assert Count(0, n).upper == pytest.approx(1 - 0.05 ** (1 / n), abs=1e-12)
    assert Count(0, n).upper < 3 / n


def test_the_bound_of_some_seen() -> None:
    assert Count(3, 40).upper == pytest.approx(beta.ppf(0.95, 4, 37), abs=1e-12)
    assert Count(40, 40).upper == 1.0


def test_a_count_of_nothing() -> None:
    assert math.isnan(Count(0, 0).share)
    assert Count(0, 0).estimate is None
    assert Count(0, 0).upper == 1.0


@pytest.mark.parametrize(("count", "n"), [(2, 1), (-1, 4)])
def test_what_is_no_count_is_refused(count: int, n: int) -> None:
    with pytest.raises(ValueError, match=r"must be of 0 to n; got -?\d of \d"):
        Count(count, n)
