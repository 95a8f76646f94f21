"""``gansearch launch``, ``resume`` and ``report``: from a space to findings, in this process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from gansearch.cli._run import told
from gansearch.cli._settings import parse_settings
from gansearch.executors.hand_over import TrackingOutcome
from gansearch.executors.launch import LaunchResult
from gansearch.reporting import ReportFiles
from gansearch.study import StudyStatus
from gansearch.study.budget import Bound

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for several studies: a new MLflow store takes seconds to make."""
    return tmp_path_factory.mktemp("home")


def test_settings_are_key_and_value() -> None:
    assert parse_settings(["training.batch_size=64", "loss = {name: minimax}", "a.b=x=y"]) == {
        "training.batch_size": "64",
        "loss": "{name: minimax}",
        "a.b": "x=y",
    }


@pytest.mark.parametrize("said", ["training.batch_size", "=64", ""])
def test_a_setting_must_have_a_key_and_a_value(said: str) -> None:
    with pytest.raises(typer.BadParameter, match="must be KEY=VALUE"):
        parse_settings([said])


def test_a_broken_space_starts_nothing(run: Run, rings: Path, gansearch_home: Path) -> None:
    ended = run("launch", str(rings), "--executor", "local", "--set", "training.batch_size=none", "--set", "plan.x=1")

    assert ended.status == 1
    assert ended.err.splitlines()[-1] == "2 problems; nothing was started"
    assert not gansearch_home.exists()


def test_options_of_the_data_must_suit_them(run: Run, rings: Path, tmp_path: Path, gansearch_home: Path) -> None:
    ended = run("launch", str(rings), "--executor", "local", "--skip-bad")
    assert ended.status == 1
    assert "command line: dataset.skip_bad: must be a field of ring" in ended.err

    ended = run("launch", str(rings), "--executor", "local", "--inception-weights", str(tmp_path / "gone.pth"))
    assert ended.status == 1
    assert "evaluation.inception_weights must name a file or folder that exists" in ended.err
    assert not gansearch_home.exists()


def test_a_wrong_setting_is_wrong_usage(run: Run, rings: Path) -> None:
    ended = run("launch", str(rings), "--set", "training.batch_size")

    assert ended.status == 2
    assert "must be KEY=VALUE" in ended.err


def test_a_launch_ends_with_what_to_do_next(run: Run, rings: Path, home: Path) -> None:
    ended = run("launch", str(rings), "--executor", "local", "--trials", "2", "--name", "next", "--home", str(home))

    assert ended.status == 0
    report = home / "studies" / "next" / "report"
    assert ended.out.startswith("next: finished: 2 of 2 trials ended, 0 running; best frechet_distance ")
    assert f"findings  {report}/findings.md" in ended.out
    assert f"to share  {report}/findings.html" in ended.out
    assert f"MLflow    gansearch ui --home {home}" in ended.out
    assert f"go on     gansearch resume next --trials +10 --home {home}" in ended.out
    assert (report / "findings.md").is_file()
    assert (report / "findings.html").is_file()


def test_a_second_launch_under_the_name_is_refused_and_resume_goes_on(run: Run, rings: Path, home: Path) -> None:
    where = ("--executor", "local", "--home", str(home))
    first = run("launch", str(rings), "--trials", "1", "--json", *where)
    second = run("launch", str(rings), "--trials", "1", *where)
    resumed = run("resume", "rings", "--trials", "+1", "--json", *where)
    reported = run("report", "rings", "--json", "--home", str(home))

    assert json.loads(first.out)["status"]["trials"] == 1
    assert second.status == 1
    assert "gansearch resume rings" in second.err
    assert "--name" in second.err
    said = json.loads(resumed.out)
    assert (said["study"], said["outcome"], said["status"]["trials"]) == ("rings", "finished", 2)
    assert Path(json.loads(reported.out)["markdown"]).is_file()


def test_an_unknown_study_cannot_be_resumed_or_reported(run: Run) -> None:
    for command in (["resume", "nosuch", "--executor", "local"], ["report", "nosuch"]):
        ended = run(*command)
        assert ended.status == 1
        assert "nosuch" in ended.err


@pytest.mark.verify
def test_ctrl_c_is_status_130_and_says_how_to_go_on(rings: Path, home: Path) -> None:
    rings.write_text(rings.read_text(encoding="utf-8").replace("epochs: 2", "epochs: 4000"), encoding="utf-8")
    arguments = ["launch", str(rings), "--executor", "local", "--name", "endless", "--home", str(home)]
    driver = subprocess.Popen(
        [sys.executable, "-m", "gansearch.cli", *arguments],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    records = home / "studies" / "endless" / "records"
    wait_until(lambda: records.is_dir() and any(records.iterdir()))
    driver.send_signal(signal.SIGINT)
    out, err = driver.communicate(timeout=120)

    assert driver.returncode == 130, err
    assert out.startswith("endless: interrupted: ")
    assert f"resume endless --home {home}" in out
    assert "Traceback" not in err


def wait_until(holds: Callable[[], bool], limit_s: float = 120.0) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"not so within {limit_s} s"
        time.sleep(0.1)


def test_an_empty_name_is_refused_rather_than_replaced(run: Run, rings: Path) -> None:
    ended = run("launch", str(rings), "--executor", "local", "--name", "")

    assert ended.status == 1
    assert "a study's name must have at most 100 letters, digits, dots, dashes and underscores; got ''" in ended.err


def test_the_summary_says_what_can_be_done_next() -> None:
    status = StudyStatus(
        name="rings",
        objectives=(),
        counts={"completed": 2},
        best=None,
        running=(),
        trials=2,
        trials_wanted=2,
        epochs=4,
        epochs_wanted=None,
        elapsed_s=1.0,
        hours_wanted=None,
        holder=None,
        is_stopping=False,
    )
    files = ReportFiles(Path("findings.md"), Path("findings.html"), Path("frames"))
    result = LaunchResult("rings", status, "finished", files, TrackingOutcome(0.01, 0.5, (), 0))

    assert "ui --tracking-uri http://server:5000" in told(result, "http://server:5000")
    assert "--tracking-uri" not in told(result)
    assert "resume rings --trials +10" in told(result)
    grid = replace(result, status=replace(status, can_extend=False))
    assert "resume" not in told(grid)
    spent = (Bound("hours", 2.1, 2.0, 2.0, is_spent=True), Bound("cost", 9.0, 9.0, 3.5, is_spent=True))
    assert "resume rings --budget hours=+2 --budget cost=+3.5 --trials +10" in told(
        replace(result, status=replace(status, bounds=spent))
    )
    rests = replace(grid.status, trials_wanted=9, bounds=(*spent[:1], Bound("epochs", 1, 9, 9, is_spent=False)))
    assert "go on     gansearch resume rings --budget hours=+2" in told(replace(result, status=rests))
    assert "--trials" not in told(replace(result, status=rests))
