from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import gansearch
from gansearch.curves import Curve, read_curve
from gansearch.errors import DataError, StudyExistsError, StudyNotFoundError
from gansearch.executors.launch import LaunchOptions, launch, resume
from gansearch.records import End, TrialIdentity
from gansearch.space import SearchSpace, load_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import StudyStatus

Ring = Callable[..., SearchSpace]
LOCAL = LaunchOptions(executor="local")


def curve_of(study: str, number: int) -> Curve:
    records, _ = read_curve(Storage(study_dir(study)), TrialIdentity(study, number))
    return Curve.of(records)


def test_a_search_ends_with_a_report(ring: Ring) -> None:
    result = launch(ring(), LOCAL)
    assert result.outcome == "finished"
    assert result.report is not None
    assert result.status.best is not None
    text = result.report.markdown.read_text(encoding="utf-8")
    assert f"`{result.status.best.identity}`" in text
    for number in range(3):
        end = curve_of("rings", number).end
        assert end is not None
        assert end.end is End.COMPLETED


def test_the_best_are_measured_by_the_protocol_of_the_end(ring: Ring) -> None:
    launch(ring(), LOCAL)
    for number in range(3):
        assert [done.final for done in curve_of("rings", number).evaluations].count(True) == 1


def test_a_second_launch_under_the_same_name_is_refused_and_loses_nothing(ring: Ring) -> None:
    launch(ring(), LOCAL)
    with pytest.raises(StudyExistsError, match=r"rings.*resume"):
        launch(ring(), LOCAL)
    assert len(gansearch.load_study("rings").trials) == 3


def test_resume_adds_trials(ring: Ring) -> None:
    launch(ring(), LOCAL)
    result = resume("rings", LOCAL, trials=2)
    assert result.outcome == "finished"
    assert len(gansearch.load_study("rings").trials) == 5


def test_resume_of_an_unknown_name(ring: Ring) -> None:
    with pytest.raises(StudyNotFoundError, match="nosuch"):
        resume("nosuch", LOCAL)


def test_missing_data_is_found_before_anything_starts(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match="--data-dir"):
        launch(load_space("baseline"), LaunchOptions(executor="local", data_dir=empty))
    assert not study_dir("baseline").exists()


def test_ctrl_c_ends_cleanly_and_resume_goes_on_as_if_nothing_had_been(ring: Ring) -> None:
    undisturbed = launch(ring(), LaunchOptions(executor="local", name="undisturbed"))
    pressed = threading.Event()

    def press_once(status: StudyStatus) -> None:
        if not pressed.is_set():
            pressed.set()
            os.kill(os.getpid(), signal.SIGINT)

    said: list[str] = []
    result = launch(ring(), LaunchOptions(executor="local", name="disturbed"), watch=press_once, say=said.append)
    assert result.outcome == "interrupted"
    assert result.report is None
    assert any("gansearch resume disturbed" in sentence for sentence in said)
    assert resume("disturbed", LOCAL).outcome == "finished"
    assert undisturbed.status.counts == resume("disturbed", LOCAL).status.counts
    for number in range(3):
        disturbed, whole = curve_of("disturbed", number), curve_of("undisturbed", number)
        assert [done.metrics for done in disturbed.evaluations] == [done.metrics for done in whole.evaluations]
