"""What is shown of a study while it runs."""

from __future__ import annotations

import pytest

from gansearch.cli._progress import line, progress, time_left
from gansearch.records import End, TrialIdentity
from gansearch.space.plan import Objective
from gansearch.study import StudyStatus, TrialRow


def row(number: int, end: End | None = None, value: float | None = None, replicate: int | None = None) -> TrialRow:
    return TrialRow(
        identity=TrialIdentity("rings", number, replicate),
        params={},
        state="running" if end is None else "complete",
        values=None if value is None else (value, 0.5),
        trial_values=None,
        end=end,
        kind=None,
        reason=None,
        detail=None,
        intermediate={},
        attempt=0,
        epoch=1,
        seconds=1.0,
        extension=None,
        started=None,
        ended=None,
    )


def status(**changes: object) -> StudyStatus:
    said: dict[str, object] = {
        "name": "rings",
        "objectives": (Objective("frechet_distance"), Objective("coverage", direction="maximize")),
        "counts": {"completed": 3, "collapsed": 1, "running": 2, "waiting": 4, "stopped_by_user": 1},
        "best": row(2, End.COMPLETED, 12.3456),
        "running": (row(4), row(5)),
        "trials": 7,
        "trials_wanted": 20,
        "epochs": 40,
        "epochs_wanted": None,
        "elapsed_s": 60.0,
        "hours_wanted": None,
        "holder": "me@here",
        "is_stopping": False,
    }
    return StudyStatus(**{**said, **changes})  # type: ignore[arg-type]


def test_trials_that_run_or_rest_have_not_ended() -> None:
    seen = progress(status())

    assert (seen.ended, seen.running, seen.wanted) == (4, 2, 20)
    assert seen.counts == {"collapsed": 1, "completed": 3, "stopped_by_user": 1}


def test_the_replicates_of_a_trial_that_run_are_one_trial() -> None:
    seen = progress(status(running=(row(4, replicate=0), row(4, replicate=1)), counts={"completed": 4}, trials=5))

    assert (seen.ended, seen.running) == (4, 2)


def test_the_line_says_it_all() -> None:
    assert line(progress(status())) == (
        "4 of 20 trials ended, 2 running; best frechet_distance 12.35, coverage 0.5 (rings-2); "
        "1 collapsed, 3 completed, 1 stopped_by_user; 1m00s so far, about 4m00s left"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gpu_hours": 1.23456}, "1.235 GPU-hours"),
        ({"gpu_hours_wanted": 3.0}, "0 of 3 GPU-hours"),
        ({"gpu_hours": 1.5, "cost": 3.0}, "1.5 GPU-hours, cost 3"),
        (
            {"gpu_hours": 1.5, "gpu_hours_wanted": 4.0, "cost": 3.0, "cost_wanted": 10.0},
            "1.5 of 4 GPU-hours, cost 3 of 10",
        ),
    ],
)
def test_gpu_hours_and_their_cost_are_shown(changes: dict[str, object], said: str) -> None:
    assert line(progress(status(**changes))).endswith(f" so far, about 4m00s left; {said}")


def test_a_study_that_nobody_drives_has_no_time_left() -> None:
    assert progress(status(holder=None)).left_s is None


def test_a_study_that_begins_has_a_short_line() -> None:
    seen = progress(status(counts={}, best=None, running=(), trials=0, trials_wanted=None, elapsed_s=0.4))

    assert line(seen) == "0 trials ended, 0 running; 0s so far"


@pytest.mark.parametrize(
    ("ended", "wanted", "hours", "left_s"),
    [
        (0, 10, None, None),
        (2, None, None, None),
        (2, 10, None, 240.0),
        (12, 10, None, 0.0),
        (10, 10, 1.0, None),
        (2, 10, 0.05, 120.0),
        (0, None, 0.05, 120.0),
        (5, 10, 10.0, 60.0),
    ],
)
def test_time_left_is_by_the_pace_or_by_the_hours(
    ended: int, wanted: int | None, hours: float | None, left_s: float | None
) -> None:
    assert time_left(ended, wanted, 60.0, hours) == (left_s if left_s is None else pytest.approx(left_s, abs=1e-9))
