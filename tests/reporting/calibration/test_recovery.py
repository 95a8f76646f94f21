"""Courses of runs through collapse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.reporting.calibration.recovery import Course, came_back, course, last_collapse, recovery

MakeRun = Callable[..., CorpusRun]

WELL, FALLEN, UP = [10] * 8, [10] * 8 + [2] * 4, [1] * 4 + [6]


@pytest.mark.parametrize(
    ("begin", "rest", "expected"),
    [
        (WELL, 10, Course.STEADY),
        ([1] * 8, 5, Course.BORN),
        ([1] * 8, 10, Course.STEADY),
        ([*WELL, 3, 10, 3], 10, Course.STEADY),
        ([*WELL, 3, 3], 10, Course.RECOVERED),
        ([*WELL, 3, 3], 9, Course.RECOVERED),
        ([*WELL, 3, 3], 8, Course.COLLAPSED),
        (FALLEN, 2, Course.COLLAPSED),
        ([*UP, 3, 3], 4, Course.COLLAPSED),
        ([*UP, 4, 4], 4, Course.STEADY),
    ],
)
def test_courses(make_run: MakeRun, begin: Sequence[float], rest: float, expected: Course) -> None:
    assert course(make_run(0, course=[*begin, *[rest] * (20 - len(begin))])) is expected


def test_the_last_three_evaluations_decide(make_run: MakeRun) -> None:
    late = [*FALLEN, *[2] * 6, 10, 10]
    assert course(make_run(0, course=late)) is Course.COLLAPSED
    assert not came_back(make_run(0, course=late))
    assert came_back(make_run(0, course=[*FALLEN, *[2] * 5, 6, 6, 6]))


@pytest.mark.parametrize(("rest", "expected"), [(8, Course.RECOVERED), (7, Course.COLLAPSED)])
def test_rings_have_their_own_limits(make_run: MakeRun, rest: float, expected: Course) -> None:
    assert course(make_run(0, classes=8, course=[4.0, 2.0, 2.0, *[rest] * 17])) is expected


def test_a_run_without_the_second_classifier_is_not_known(make_run: MakeRun) -> None:
    run = make_run(0)
    del run.evaluations["outcome_classes_covered"]  # type: ignore[attr-defined]
    assert course(run) is Course.UNKNOWN


def test_recovery_counts_collapsed_runs_alone(make_run: MakeRun) -> None:
    courses = [FALLEN + [10] * 8, FALLEN + [2] * 8, FALLEN + [2] * 8, [1] * 20, [10] * 20]
    found = recovery([make_run(i, course=each) for i, each in enumerate(courses)])
    assert (found.count, found.n) == (1, 3)


@pytest.mark.parametrize(
    ("values", "expected"),
    [(FALLEN + [2] * 8, 900), (FALLEN + [5] + [2] * 7, 1400), ([1] * 20, 100), ([10] * 20, None)],
)
def test_where_the_last_collapse_began(make_run: MakeRun, values: Sequence[float], expected: int | None) -> None:
    assert last_collapse(make_run(0, course=values)) == expected
