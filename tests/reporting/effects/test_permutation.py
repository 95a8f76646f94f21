"""Tests against those of scipy, and their level where the arms differ in spread."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from gansearch.reporting.effects.gains import gains
from gansearch.reporting.effects.permutation import LEAN, Precision, permutation_p, relabellings, smallest_p
from tests.reporting.effects.arms import DISTANCE, arm, drawn, values

EXACT = Precision(permutations=20_000)


def test_in_pairs_as_scipy() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(20, 2, 8)
    y = x * np.exp(rng.normal(-0.02, 0.03, 8))
    found = gains(DISTANCE, arm("b", list(x)), arm("a", list(y)))
    expected = stats.permutation_test(
        (np.log(y), np.log(x)), lambda a, b: np.mean(a) - np.mean(b), permutation_type="samples", n_resamples=np.inf
    )
    assert found.is_paired
    assert (relabellings(found), smallest_p(found, EXACT)) == (256, 2 / 256)
    assert permutation_p(found, EXACT) == pytest.approx(expected.pvalue, abs=1e-12)


def test_without_pairs_as_scipys_t_test_by_permutation() -> None:
    rng = np.random.default_rng(3)
    baseline, other = drawn("b", rng, 8), arm("a", list(rng.normal(15, 2, 8)), first=100)
    found = gains(DISTANCE, baseline, other)
    expected = stats.permutation_test(
        (np.log(values(other)), np.log(values(baseline))),
        lambda a, b, axis: np.abs(stats.ttest_ind(a, b, axis=axis, equal_var=False).statistic),
        alternative="greater",
        vectorized=True,
        n_resamples=np.inf,
    )
    assert not found.is_paired
    assert relabellings(found) == math.comb(16, 8)
    assert permutation_p(found, EXACT) == pytest.approx(expected.pvalue, abs=1e-12)


def test_monte_carlo_says_the_same() -> None:
    rng = np.random.default_rng(4)
    found = gains(DISTANCE, drawn("b", rng, 20), drawn("a", rng, 8, ratio=0.85))
    t = stats.ttest_ind(found.arm, found.baseline, equal_var=False).pvalue
    assert permutation_p(found, Precision()) == pytest.approx(t, abs=0.02)
    assert smallest_p(found, LEAN) == 1 / 1000
    assert permutation_p(found, Precision()) == permutation_p(found, Precision())


def test_values_that_do_not_vary() -> None:
    equal = gains(DISTANCE, arm("b", [3.3] * 12), arm("a", [3.3] * 8, first=50))
    assert permutation_p(equal, LEAN) == 1.0
    apart = gains(DISTANCE, arm("b", [3.3] * 12), arm("a", [2.2] * 8, first=50))
    assert permutation_p(apart, LEAN) == pytest.approx(0.001, abs=1e-12)


def test_ties_tie_whatever_the_order_of_addition() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.choice([0.1, 0.2, 0.3], 8), rng.choice([0.1, 0.2, 0.3], 8)
    found = permutation_p(gains(DISTANCE, arm("b", list(x)), arm("a", list(y), first=50)), EXACT)
    again = permutation_p(gains(DISTANCE, arm("b", list(x[::-1])), arm("a", list(y[::-1]), first=50)), EXACT)
    assert found == again


def test_a_shift_moves_what_is_tested() -> None:
    rng = np.random.default_rng(6)
    found = gains(DISTANCE, drawn("b", rng, 20, spread=0.02), drawn("a", rng, 8, spread=0.02))
    assert permutation_p(found, LEAN, shift=-0.1, side="greater") == pytest.approx(0.001, abs=1e-12)
    assert permutation_p(found, LEAN, shift=0.1, side="less") == pytest.approx(0.001, abs=1e-12)
    assert permutation_p(found, LEAN, shift=0.1, side="greater") == 1.0


def test_the_level_holds_where_the_smaller_arm_varies_more() -> None:
    rng, significant = np.random.default_rng(7), 0
    for seed in range(400):
        found = gains(DISTANCE, drawn("b", rng, 20, spread=0.05), arm("a", list(drawn_wide(rng)), first=50))
        significant += permutation_p(found, Precision(199, 0, seed)) <= 0.05
    # 6 % are expected, and 20 % of the plain difference of means; 40 of 400 are a chance of .2 % at 6 %
    assert 8 <= significant <= 40


def drawn_wide(rng: np.random.Generator) -> list[float]:
    return [float(x) for x in values(drawn("a", rng, 8, spread=0.2))]
