"""Planted effects are found as often as is stated."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gansearch.reporting.nulls.planted import planted
from gansearch.reporting.nulls.pools import pools
from tests.reporting.nulls.conftest import MakeRuns


def test_effects_are_found_with_the_stated_power(make_runs: MakeRuns) -> None:
    found = planted(pools(make_runs(200)), studies=80)
    distances = [each for each in found if each.measure == "frechet_distance"]
    assert [each.stated for each in distances] == [0.2, 0.5, 0.8, 0.95]
    assert all(1 > one.effect > other.effect for one, other in pairwise(distances))
    for each in distances:
        assert each.found.value == pytest.approx(each.stated, abs=0.16)  # three standard errors of 80 studies
    rates = [each for each in found if each.measure == "total_collapse"]
    assert rates
    assert all(each.found.value is not None and each.found.value > 0.68 for each in rates)


def test_without_a_configuration_of_16_runs_nothing_is_planted(make_runs: MakeRuns) -> None:
    assert planted(pools(make_runs(15)), studies=10) == ()
