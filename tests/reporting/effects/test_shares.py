"""Shares against closed forms."""

from __future__ import annotations

import pytest
from statsmodels.stats.proportion import proportion_confint

from gansearch.reporting.effects.shares import share_of


@pytest.mark.parametrize("n", [8, 20, 300])
def test_the_bound_of_none_is_the_rule_of_three(n: int) -> None:
    found = share_of("a", [False] * n)
    assert found.at_most == pytest.approx(1 - 0.05 ** (1 / n), abs=1e-9)
    assert found.at_most == pytest.approx(3 / n, rel=0.2)
    assert found.at_least == 0.0
    assert share_of("a", [True] * n).at_least == pytest.approx(0.05 ** (1 / n), abs=1e-9)


def test_what_is_unknown_is_counted_apart() -> None:
    found = share_of("a", [True, None, False, None, True])
    assert (found.count, found.n, found.unknown, found.missing, found.is_too_small) == (2, 3, 2, 5, True)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(proportion_confint(2, 3, method="wilson"))


def test_a_share_of_nothing() -> None:
    found = share_of("a", [None])
    assert (found.value, found.interval, found.at_most, found.at_least) == (None, None, 1.0, 0.0)
