"""One number per run and metric: the best, and the last of a whole run."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from gansearch.records import End, Evaluation
from gansearch.tracking.pending import Point
from gansearch.tracking.standings import Standings
from gansearch.tracking.trial_projection import TrialProjection
from tests.tracking.conftest import TRIAL

MakeEvaluation = Callable[..., Evaluation]


def taken(notes: Any, make: MakeEvaluation, values: list[float]) -> tuple[Standings, list[Point]]:
    standings = Standings(notes.better)
    points = [standings.take(make(100 * (epoch + 1), value), epoch) for epoch, value in enumerate(values)]
    return standings, [point for each in points for point in each if "distance" in point.key]


@pytest.mark.parametrize(
    ("values", "best"),
    [
        ([5.0, 3.0, 4.0, 2.0], [(100, 5.0), (200, 3.0), (400, 2.0)]),
        ([math.nan, 3.0, math.inf, 3.0], [(200, 3.0)]),
        ([math.nan], []),
    ],
    ids=["falls", "not finite", "never finite"],
)
def test_the_best_value_is_told_when_it_is_reached(
    notes: Any, make_evaluation: MakeEvaluation, values: list[float], best: list[tuple[int, float]]
) -> None:
    standings, points = taken(notes, make_evaluation, values)
    assert [(point.step, point.value) for point in points] == best
    last = {point.key: (point.step, point.value) for point in standings.final()}
    assert last["final_frechet_distance"] == pytest.approx((100 * len(values), values[-1]), nan_ok=True)


def test_a_metric_whose_better_side_nobody_tells_has_no_best(notes: Any, make_evaluation: MakeEvaluation) -> None:
    standings = Standings(lambda name: "maximize" if name == "classes_covered" else None)
    assert [point.key for point in standings.take(make_evaluation(100), 0)] == ["best_classes_covered"]
    assert {point.key for point in standings.final()} == {"final_classes_covered", "final_frechet_distance"}


@pytest.mark.parametrize(("end", "has_final"), [(End.COMPLETED, True), (End.PRUNED, False), (End.COLLAPSED, False)])
def test_a_run_that_was_stopped_early_has_a_best_value_and_no_final_one(
    notes: Any, play: Callable[..., None], end: End, has_final: bool
) -> None:
    play(range(3), end)
    trial = TrialProjection(TRIAL, notes.abouts[TRIAL], notes)
    trial.take(notes.written[TRIAL])
    trial.settle(notes.abouts[TRIAL])
    keys = {point.key for point in trial.pending.points}
    assert "best_frechet_distance" in keys
    assert ("final_frechet_distance" in keys) is has_final
