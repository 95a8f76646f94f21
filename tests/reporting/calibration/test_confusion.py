"""Confusion, judgement and lead time of a corpus of which every number is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Policy
from gansearch.reporting.calibration.confusion import confusions
from gansearch.reporting.calibration.counts import Count
from gansearch.reporting.calibration.judgement import judge, regrets, spent
from gansearch.reporting.calibration.lead_time import lead_time
from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.calibration.truths import Truths, ground_truth
from gansearch.reporting.calibration.walks import Walks


@pytest.fixture
def truths(corpus: list[CorpusRun]) -> Truths:
    return ground_truth(corpus)


def test_rates_of_policy_and_detectors(truths: Truths, policy: Policy) -> None:
    of_policy, non_finite, few = confusions(truths, policy, Walks())

    assert few.fired == {
        Outcome.DIVERGED: Count(0, 4),
        Outcome.TOTAL: Count(4, 8),
        Outcome.PARTIAL: Count(0, 0),
        Outcome.OTHER: Count(0, 0),
        Outcome.SUCCESS: Count(0, 16),
    }
    assert (few.precision, few.recall) == (Count(4, 4), Count(4, 8))
    assert (non_finite.precision, non_finite.recall) == (Count(4, 4), Count(4, 4))
    assert (of_policy.precision, of_policy.recall) == (Count(8, 8), Count(8, 12))


def test_what_the_policy_costs_and_saves(truths: Truths, policy: Policy) -> None:
    """Collapses are stopped at 700 of 2,000 steps, divergences at 1,600."""
    judged = judge(truths, spent(truths, Walks().stops(truths.runs, policy)))

    assert judged.false_kills == Count(0, 6)
    assert judged.successes_stopped == Count(0, 16)
    assert judged.collapses_stopped == Count(4, 8)
    assert judged.stops_right == Count(8, 8)
    assert judged.collapsed_steps_saved == pytest.approx(4 * 1300 / 16_000)
    assert judged.collapsed_seconds_saved == pytest.approx(4 * 1300 / 16_000)
    assert judged.steps_saved == pytest.approx((4 * 1300 + 4 * 400) / 56_000)
    assert judged.regret == 0.0


def test_lead_time(truths: Truths, policy: Policy) -> None:
    """The collapse begins at 600."""
    lead = lead_time(truths, Walks().stops(truths.runs, policy))
    assert lead.n == 4
    assert lead.before_end == (1300.0, 1300.0, 1300.0)
    assert lead.after_collapse == (100.0, 100.0, 100.0)
    nothing = lead_time(truths, [None] * len(truths))
    assert nothing.n == 0
    assert math.isnan(nothing.before_end[1])


def test_a_killed_best_run_is_a_false_kill_and_regret(truths: Truths) -> None:
    steps = truths.steps.copy()
    ring = np.flatnonzero(truths.datasets == "ring")
    best = ring[np.argsort(truths.distances[ring])[:2]]
    steps[best[0]] = 500
    judged = judge(truths, steps)
    found = regrets(truths, steps < truths.steps)
    ratio = truths.distances[best[1]] / truths.distances[best[0]] - 1
    assert judged.false_kills == Count(1, 6)
    assert judged.stops_right == Count(0, 1)
    assert found == {"mnist5k": 0.0, "ring": pytest.approx(ratio)}
    assert judged.regret == pytest.approx(ratio / 2)
