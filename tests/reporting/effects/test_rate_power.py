"""The visible difference of rates, against the test that is used."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from gansearch.reporting.effects.measure import SUCCESS_RATE, Measure, Scale
from gansearch.reporting.effects.rate_power import _fisher, rate_power
from gansearch.reporting.effects.shares import Share, share_of


def shares(successes: int) -> tuple[Share, Share]:
    return share_of("b", [True] * successes + [False] * (20 - successes)), share_of("a", [True] * 8)


def test_boschloos_test_rejects_wherever_fishers_does() -> None:
    fisher = _fisher(8, 8)
    boschloo = [
        [stats.boschloo_exact([[i, j], [8 - i, 8 - j]]).pvalue if 0 < i + j < 16 else 1.0 for j in range(9)]
        for i in range(9)
    ]
    rejected = np.array(boschloo) <= 0.05
    assert rejected[fisher <= 0.05].all()
    assert int(rejected.sum()) - int((fisher <= 0.05).sum()) == 4


def test_the_stated_difference_is_found() -> None:
    power = rate_power(SUCCESS_RATE, *shares(8), alpha=0.05)
    assert power.better is not None
    rng = np.random.default_rng(0)
    ours, theirs = rng.binomial(8, 0.4 + power.better / 100, 4000), rng.binomial(20, 0.4, 4000)
    found = np.mean((_fisher(8, 20)[ours, theirs] <= 0.05) & (ours / 8 - theirs / 20 >= 0.1))
    assert found == pytest.approx(0.82, abs=0.035)  # at least .8: the next step of a point


def test_nothing_is_better_than_all() -> None:
    power = rate_power(SUCCESS_RATE, *shares(20), alpha=0.05)
    assert power.better is None
    assert power.worse is not None
    assert 30 <= power.worse <= 60
    flipped = rate_power(Measure("collapse", Scale.RATE), *shares(20), alpha=0.05)
    assert (flipped.better, flipped.worse) == (power.worse, power.better)


def test_many_runs_by_the_normal_approximation() -> None:
    many = share_of("b", [True, False] * 200)
    power = rate_power(SUCCESS_RATE, many, many, alpha=0.05)
    assert power.better == pytest.approx(13, abs=1)  # ten points, and .84 standard errors of 3.5
    assert power.runs_for_margin == pytest.approx(388, abs=8)
