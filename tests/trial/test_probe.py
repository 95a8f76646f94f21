from __future__ import annotations

from collections.abc import Callable

import pytest

from gansearch.records import Assignment
from gansearch.trial.context import TrialContext
from gansearch.trial.probe import SHARE, EvaluationCost, evaluation_cost

Make = Callable[..., Assignment]


def test_the_interval_keeps_the_share_of_evaluations(make: Make, context: TrialContext) -> None:
    cost = evaluation_cost(make(training__epochs=1_000_000).settings, context)
    assert cost.epoch_s > 0
    assert cost.evaluation_s > 0
    assert cost.share <= SHARE + 1e-9
    if cost.evaluate_every > 1:  # one epoch less would cost too much
        less = EvaluationCost(cost.epoch_s, cost.evaluation_s, cost.evaluate_every - 1)
        assert less.share > SHARE


def test_the_interval_is_at_most_the_run(make: Make, context: TrialContext) -> None:
    assert evaluation_cost(make(training__epochs=1).settings, context).evaluate_every == 1


def test_the_share_counts_evaluation_against_all_time() -> None:
    assert EvaluationCost(epoch_s=1.0, evaluation_s=1.0, evaluate_every=9).share == pytest.approx(0.1, abs=1e-12)
