"""Ranks over data sets against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from gansearch.reporting.effects.measure import SUCCESS_RATE
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.ranking import rank_arms
from gansearch.reporting.effects.sample import ArmSample
from tests.reporting.effects.arms import DISTANCE, arm, drawn, outcomes

FEW = Precision(permutations=4_999, bootstraps=499)
RATIOS = {"good": 0.7, "middle": 1.0, "bad": 1.4}


def data_sets(n: int, *, spread: float = 0.1, ratios: dict[str, float] | None = None) -> dict[str, list[ArmSample]]:
    rng = np.random.default_rng(0)
    made = RATIOS if ratios is None else ratios
    return {f"set{i}": [drawn(name, rng, 8, ratio=r, spread=spread) for name, r in made.items()] for i in range(n)}


def test_clear_ranks_are_firm() -> None:
    found = rank_arms(DISTANCE, data_sets(2), FEW)
    assert [(one.name, one.mean_rank, one.ranks) for one in found.arms] == [
        ("good", 1.0, (1.0, 1.0)),
        ("middle", 2.0, (2.0, 2.0)),
        ("bad", 3.0, (3.0, 3.0)),
    ]
    assert found.arms[0].interval is not None
    assert (found.arms[0].interval.low, found.arms[0].interval.high) == (1.0, 1.0)
    assert (found.p, found.critical_difference) == (None, None)  # two data sets say nothing of others


def test_equal_arms_have_wide_intervals() -> None:
    found = rank_arms(DISTANCE, data_sets(2, ratios={"a": 1.0, "b": 1.0, "c": 1.0}), FEW)
    widths = [one.interval.high - one.interval.low for one in found.arms if one.interval is not None]
    assert len(widths) == 3
    assert min(widths) >= 0.5


def test_friedmans_test_by_permutation_and_nemenyis_difference() -> None:
    ratios = {"a": 0.95, "b": 1.0, "c": 1.05}
    found = rank_arms(DISTANCE, data_sets(8, ratios=ratios), FEW)
    ranks = np.array([one.ranks for one in found.arms])
    expected = stats.permutation_test(
        tuple(ranks),
        lambda *arms: stats.friedmanchisquare(*arms).statistic,
        permutation_type="samples",
        alternative="greater",
        n_resamples=999,
        rng=np.random.default_rng(1),
    )
    assert found.p == pytest.approx(expected.pvalue, abs=0.05)
    assert found.critical_difference == pytest.approx(2.343 * math.sqrt(3 * 4 / (6 * 8)), abs=1e-3)  # Demšar, table 5


def test_an_arm_that_some_data_set_lacks_is_left_out() -> None:
    sets = data_sets(2)
    sets["set1"] = sets["set1"][:2]
    found = rank_arms(DISTANCE, sets, FEW)
    assert (found.left_out, [one.name for one in found.arms]) == (("bad",), ["good", "middle"])


def test_few_runs_are_ranked_without_intervals() -> None:
    found = rank_arms(DISTANCE, {"one": [arm("a", [1.0]), arm("b", [2.0]), arm("c", [2.0])]}, FEW)
    assert [(one.name, one.mean_rank, one.interval) for one in found.arms] == [
        ("a", 1.0, None),
        ("b", 2.5, None),
        ("c", 2.5, None),
    ]


def test_censored_runs_come_last() -> None:
    mostly = arm("mostly", [1.0, None, None])
    found = rank_arms(DISTANCE, {"one": [mostly, arm("all", [30.0, 30.0, None])], "two": [mostly]}, FEW)
    assert found.left_out == ("all",)
    found = rank_arms(DISTANCE, {"one": [mostly, arm("all", [30.0, 30.0, None])]}, FEW)
    assert ([one.name for one in found.arms], found.by_median) == (["all", "mostly"], ("one",))


def test_rates_are_ranked_too() -> None:
    found = rank_arms(SUCCESS_RATE, {"one": [outcomes("a", 2, 8), outcomes("b", 7, 8)]}, FEW)
    assert [one.name for one in found.arms] == ["b", "a"]


def test_nothing_to_rank() -> None:
    assert rank_arms(DISTANCE, {}, FEW).arms == ()
    assert rank_arms(DISTANCE, {"one": [ArmSample("a", ())]}, FEW).left_out == ("a",)
