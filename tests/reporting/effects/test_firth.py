"""Firth's fit: closed forms, statsmodels where runs are many, and outcomes that are separated."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from gansearch.reporting.effects.firth import fit, is_separated, probabilities
from gansearch.reporting.statistics import Values

TWO_ARMS = np.array([[1.0, 0.0], [1.0, 1.0]])


def many_arms(arms: int = 12) -> Values:
    rng = np.random.default_rng(0)
    return np.column_stack([np.ones(arms), rng.standard_normal((arms, 2))])


@pytest.mark.parametrize("successes", [(3.0, 5.0), (0.0, 8.0), (0.0, 0.0)])
def test_two_arms_have_half_a_run_more_of_each_outcome(successes: tuple[float, float]) -> None:
    found = fit(TWO_ARMS[None], np.array(successes), np.array([8.0, 8.0]))
    expected = (np.array(successes) + 0.5) / 9  # of a saturated model Jeffreys' prior is that
    assert probabilities(TWO_ARMS[None], found.coefficients)[0] == pytest.approx(expected, abs=1e-5)


def test_where_runs_are_many_it_is_the_likeliest_fit() -> None:
    design, runs = many_arms(), np.full(12, 1e5)
    chance = probabilities(design[None], np.array([[0.3, -0.5, 1.0]]))[0]
    successes = np.round(runs * chance + 50 * np.random.default_rng(1).standard_normal(12))
    family = sm.families.Binomial()
    likeliest = sm.GLM(np.column_stack([successes, runs - successes]), design, family=family).fit().params
    assert fit(design[None], successes, runs).coefficients[0] == pytest.approx(likeliest, abs=1e-4)


def test_the_maximum_is_a_maximum_also_with_a_column_held() -> None:
    design, runs = many_arms(), np.full(12, 8.0)
    successes = np.array([0, 8, 8, 3, 0, 8, 2, 0, 8, 8, 1, 7], dtype=np.float64)
    free = fit(design[None], successes, runs)
    for value in (-1.0, 0.0, float(free.coefficients[0, 2]), 3.0):
        held = fit(design[None], successes, runs, (2, value))
        assert held.coefficients[0, 2] == value
        assert held.likelihood[0] <= free.likelihood[0] + 1e-6
    again = fit(design[None], successes, runs, (2, float(free.coefficients[0, 2])))
    assert again.coefficients[0] == pytest.approx(free.coefficients[0], abs=1e-3)


def test_fits_of_many_designs_are_those_of_each_alone() -> None:
    rng, runs = np.random.default_rng(2), np.full(12, 8.0)
    successes = rng.integers(0, 9, 12).astype(np.float64)
    designs = np.stack([many_arms()[rng.permutation(12)] for _ in range(5)])
    together = fit(designs, successes, runs)
    for place, design in enumerate(designs):
        alone = fit(design[None], successes, runs)
        assert together.coefficients[place] == pytest.approx(alone.coefficients[0], abs=1e-9)


def test_a_fit_that_starts_at_another_is_no_less_likely() -> None:
    design, runs = many_arms()[None], np.full(12, 8.0)
    successes = np.where(design[0, :, 1] > 0, 8.0, 0.0)
    held = fit(design, successes, runs, (2, 0.0))
    assert fit(design, successes, runs, start=held.coefficients).likelihood[0] >= held.likelihood[0]


def test_what_is_separated() -> None:
    design, runs = many_arms(), np.full(12, 8.0)
    by_a_line = np.where(design @ [0.1, 1.0, -2.0] > 0, 8.0, 0.0)
    assert is_separated(design, by_a_line, runs)
    assert np.all(np.isfinite(fit(design[None], by_a_line, runs).coefficients))
    assert not is_separated(design, np.full(12, 4.0), runs)
    nearly = by_a_line.copy()
    nearly[:4] = 4.0  # four arms with both outcomes leave no direction in three columns
    assert not is_separated(design, nearly, runs)
    assert is_separated(TWO_ARMS, np.array([0.0, 3.0]), np.array([8.0, 8.0]))  # by one arm alone
