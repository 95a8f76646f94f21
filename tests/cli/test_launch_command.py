"""``gansearch launch``, ``resume`` and ``report``: from a space to findings, in this process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from gansearch.cli.launch import parse_settings

Run = Callable[..., Any]


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


def test_a_wrong_setting_is_wrong_usage(run: Run, rings: Path) -> None:
    ended = run("launch", str(rings), "--set", "training.batch_size")

    assert ended.status == 2
    assert "must be KEY=VALUE" in ended.err


def test_a_launch_ends_with_what_to_do_next(run: Run, rings: Path, gansearch_home: Path) -> None:
    ended = run("launch", str(rings), "--executor", "local", "--trials", "2")

    assert ended.status == 0
    report = gansearch_home / "studies" / "rings" / "report"
    assert ended.out.startswith("rings: finished: 2 of 2 trials ended, 0 running; best frechet_distance ")
    assert f"findings  {report}/findings.md" in ended.out
    assert f"to share  {report}/findings.html" in ended.out
    assert f"MLflow    gansearch ui --home {gansearch_home}" in ended.out
    assert f"go on     gansearch resume rings --trials +10 --home {gansearch_home}" in ended.out
    assert (report / "findings.md").is_file()
    assert (report / "findings.html").is_file()


def test_a_second_launch_under_the_name_is_refused_and_resume_goes_on(run: Run, rings: Path) -> None:
    first = run("launch", str(rings), "--executor", "local", "--trials", "1", "--json")
    second = run("launch", str(rings), "--executor", "local", "--trials", "1")
    resumed = run("resume", "rings", "--executor", "local", "--trials", "+1", "--json")
    reported = run("report", "rings", "--json")

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


def test_ctrl_c_is_status_130_and_says_how_to_go_on(rings: Path, gansearch_home: Path) -> None:
    rings.write_text(rings.read_text(encoding="utf-8").replace("epochs: 2", "epochs: 4000"), encoding="utf-8")
    command = [sys.executable, "-m", "gansearch.cli", "launch", str(rings), "--executor", "local"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as driver:
        records = gansearch_home / "studies" / "rings" / "records"
        deadline = time.monotonic() + 60
        while not (records.is_dir() and any(records.iterdir())) and time.monotonic() < deadline:
            time.sleep(0.1)
        driver.send_signal(signal.SIGINT)
        out, err = driver.communicate(timeout=60)

    assert driver.returncode == 130, err
    assert out.startswith("rings: interrupted: ")
    assert f"resume rings --home {gansearch_home}" in out
    assert "Traceback" not in err
