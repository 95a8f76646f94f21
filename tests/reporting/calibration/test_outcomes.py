"""The definitions of outcomes, at their limits."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.reporting.calibration.outcomes import Outcome, is_known, outcome, usual_distances

MakeRun = Callable[..., CorpusRun]


@pytest.mark.parametrize(
    ("classes", "covered", "largest", "expected"),
    [
        (10, 3, 0.35, Outcome.TOTAL),
        (10, 4, 0.3, Outcome.PARTIAL),
        (10, 8, 0.3, Outcome.PARTIAL),
        (10, 9, 0.3, Outcome.SUCCESS),
        (10, 9, 0.31, Outcome.OTHER),
        (10, 10, 0.4, Outcome.OTHER),
        (10, 10, 0.41, Outcome.PARTIAL),
        (8, 2, 0.5, Outcome.TOTAL),
        (8, 3, 0.3, Outcome.PARTIAL),
        (8, 7, 0.3, Outcome.PARTIAL),
        (8, 8, 0.5, Outcome.OTHER),
        (8, 8, 0.51, Outcome.PARTIAL),
        (8, 8, 0.3, Outcome.SUCCESS),
        (25, 7, 0.15, Outcome.TOTAL),
        (25, 22, 0.1, Outcome.PARTIAL),
        (25, 23, 0.2, Outcome.SUCCESS),
        (25, 23, 0.21, Outcome.PARTIAL),
    ],
)
def test_classes_and_shares(make_run: MakeRun, classes: int, covered: int, largest: float, expected: Outcome) -> None:
    run = make_run(0, classes=classes, covered=covered, largest=largest)
    assert outcome(run, 40.0) is expected


@pytest.mark.parametrize(("distance", "expected"), [(80.0, Outcome.SUCCESS), (80.1, Outcome.OTHER)])
def test_a_success_is_near(make_run: MakeRun, distance: float, expected: Outcome) -> None:
    assert outcome(make_run(0, distance=distance), 40.0) is expected


@pytest.mark.parametrize(("quality", "expected"), [(0.5, Outcome.SUCCESS), (0.49, Outcome.OTHER)])
def test_a_success_is_sharp_where_modes_are_known(make_run: MakeRun, quality: float, expected: Outcome) -> None:
    final = {
        "outcome_classes_covered": 8.0,
        "outcome_share_largest": 0.2,
        "frechet_distance": 1.0,
        "high_quality_share": quality,
    }
    assert outcome(make_run(0, classes=8, final=final), 1.0) is expected


def test_a_run_that_ended_in_a_non_finite_value_diverged_whatever_its_samples(make_run: MakeRun) -> None:
    assert outcome(make_run(0, end="diverged"), 40.0) is Outcome.DIVERGED
    assert outcome(make_run(0, distance=math.nan), 40.0) is Outcome.DIVERGED


def test_the_usual_distance_is_the_median_of_runs_that_have_their_classes(make_run: MakeRun) -> None:
    runs = [make_run(i, distance=distance) for i, distance in enumerate((10.0, 20.0, 60.0))]
    runs += [make_run(3, covered=4, distance=1.0), make_run(4, largest=0.35, distance=1.0)]
    runs += [make_run(5, classes=8, covered=1, distance=5.0)]
    assert usual_distances(runs) == {"mnist5k": 20.0, "ring": math.inf}


def test_what_the_definitions_say_nothing_of(make_run: MakeRun) -> None:
    assert is_known(make_run(0))
    assert is_known(make_run(0, end="diverged"))
    assert not is_known(make_run(0, final={"frechet_distance": 1.0}))
