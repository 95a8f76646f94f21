"""``gansearch stop`` asks a driver, or does what there is to do itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gansearch.records import End
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study, open_readonly

Run = Callable[..., Any]
Studies = Callable[..., Study]


def test_a_driver_is_asked(run: Run, studies: Studies) -> None:
    with studies("rings") as study:
        ended = run("stop", "rings")
        assert open_readonly("rings", Storage(study_dir("rings"))).status().is_stopping
        assert study.ask() is not None or study.stop_requested

    assert ended.status == 0
    assert "has been asked to end it" in ended.out
    assert "go on later with: gansearch resume rings" in ended.out


def test_a_study_at_rest_is_left_as_it_is(run: Run, studies: Studies) -> None:
    studies("rings", [End.STOPPED_BY_USER]).close()

    assert "at rest already" in run("stop", "rings").out
    assert open_readonly("rings", Storage(study_dir("rings"))).status().counts == {"stopped_by_user": 1}


def test_discard_gives_unfinished_trials_up(run: Run, studies: Studies) -> None:
    studies("rings", [End.COMPLETED, End.STOPPED_BY_USER]).close()
    ended = run("stop", "rings", "--discard")

    assert ended.out == "rings: at rest; its unfinished trials are given up\n"
    assert open_readonly("rings", Storage(study_dir("rings"))).status().counts == {"completed": 1, "pruned": 1}


def test_one_trial_is_stopped(run: Run, studies: Studies) -> None:
    with studies("rings") as study:
        assert study.ask() is not None
        ended = run("stop", "rings", "0")
    assert (ended.status, ended.out.partition(":")[0]) == (0, "rings-0")
    assert "has been asked to end it" in ended.out
    assert run("stop", "rings", "0").out.startswith("rings-0: at rest already")
    assert run("stop", "rings", "0", "--discard").out == "rings-0: at rest; it is given up\n"
    assert run("stop", "rings", "0").status == 1


def test_an_unknown_study_is_told(run: Run) -> None:
    assert run("stop", "nosuch").status == 1
