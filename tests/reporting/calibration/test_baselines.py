"""The baselines, and regret at equal compute, in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Policy
from gansearch.reporting.calibration.baselines import (
    ASHA,
    BOTH,
    MEDIAN,
    NEVER,
    NON_FINITE,
    RANDOM,
    Trial,
    compare,
    fixed_steps,
    mean_and_range,
    relative,
)
from gansearch.reporting.calibration.confusion import POLICY
from gansearch.reporting.calibration.d_loss_alone import DLossAlone
from gansearch.reporting.calibration.equal_compute import regret_within
from gansearch.reporting.calibration.truths import Truths, ground_truth
from gansearch.reporting.calibration.walks import Walks
from gansearch.testing.traces import trace


@pytest.fixture
def truths(corpus: list[CorpusRun]) -> Truths:
    return ground_truth(corpus)


@pytest.fixture
def ways(truths: Truths, policy: Policy) -> dict[str, Trial]:
    found = compare(truths, fixed_steps(truths, policy, Walks()), draws=60)
    return {each.name: each for each in found}


def test_to_stop_nothing_saves_and_costs_nothing(ways: dict[str, Trial]) -> None:
    judged = ways[NEVER].judgements[0]
    assert (judged.steps_saved, judged.regret, judged.false_kills.count) == (0.0, 0.0, 0)
    assert ways[NEVER].regrets[:, -1] == pytest.approx(0.0)


def test_random_stops_save_as_much_and_hit_the_best_as_often_as_any(ways: dict[str, Trial]) -> None:
    """8 of 28 runs are stopped; all have as many steps."""
    policy = ways[POLICY].judgements[0]
    saved = [each.steps_saved for each in ways[RANDOM].judgements]
    assert saved == pytest.approx([policy.steps_saved] * len(saved))
    mean, low, high = mean_and_range([each.false_kills.share for each in ways[RANDOM].judgements])
    assert mean == pytest.approx(8 / 28, abs=0.08)
    assert low <= mean <= high


def test_only_the_diverged_are_stopped_by_the_non_finite_rule(ways: dict[str, Trial]) -> None:
    judged = ways[NON_FINITE].judgements[0]
    assert judged.steps_saved == pytest.approx(4 * 400 / 56_000)
    assert judged.collapses_stopped.count == 0


def test_pruners_and_both_together(ways: dict[str, Trial]) -> None:
    """Every run's distances at rungs are the same: nothing is worse than the best, nor than the median."""
    assert {each.steps_saved for each in ways[MEDIAN].judgements} == {0.0}
    assert {each.steps_saved for each in ways[ASHA].judgements} == {0.0}
    assert ways[BOTH].judgements[0].steps_saved == ways[POLICY].judgements[0].steps_saved


def test_with_all_steps_every_way_without_false_kills_finds_the_best(ways: dict[str, Trial]) -> None:
    assert ways[POLICY].regret(1.0) == pytest.approx((0.0, 0.0, 0.0))
    assert relative(ways[POLICY], ways[NEVER], 0.25)[0] <= 0.0


def test_regret_within_a_budget(truths: Truths) -> None:
    ring = truths.where(truths.datasets == "ring")
    order = np.argsort(-ring.distances, kind="stable")  # the diverged, then from the worst to the best
    ordered = ring.distances[order]
    found = regret_within(ring, ring.steps, order, budgets=(0.0, 3 / 14, 4 / 14, 1.0))
    assert found == pytest.approx(
        [math.log(each / ordered[-1]) for each in (950.0, ordered[2], ordered[3], ordered[-1])]
    )
    half = ring.steps.copy()
    half[order[-1]] = 10
    assert regret_within(ring, half, order, budgets=(1.0,)) == pytest.approx([math.log(ordered[-2] / ordered[-1])])


def test_the_rule_of_thumb() -> None:
    assert DLossAlone().check(trace(signals={"d_loss": 0.05})) is not None
    assert DLossAlone().check(trace(signals={"d_loss": 0.2})) is None
    assert DLossAlone().check(trace(signals={"d_loss": -0.05}, loss="wasserstein")) is None
    assert DLossAlone().check(trace(signals={"d_loss": None})) is None
    assert DLossAlone().check(trace(epochs=2, signals={"d_loss": 0.05})) is None
