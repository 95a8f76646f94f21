"""The program as a user runs it, with Ray: the quickstart's promises, and Ctrl-C in a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import gansearch
from gansearch.curves import Curve, read_curve
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.records import TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir

pytestmark = [pytest.mark.verify(seconds=120), pytest.mark.timeout(900)]

Ring = Callable[..., SearchSpace]


def curve_of(study: str, number: int) -> Curve:
    records, _ = read_curve(Storage(study_dir(study)), TrialIdentity(study, number))
    return Curve.of(records)


def start(*arguments: str) -> subprocess.Popen[str]:
    """``gansearch ARGUMENTS`` in a process group of its own, as a shell starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "gansearch.cli", *arguments],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_the_quickstart_keeps_its_promises() -> None:
    launched = start("launch", "quickstart")
    out, err = launched.communicate(timeout=850)
    assert launched.returncode == 0, err
    assert "Traceback" not in err
    study = gansearch.load_study("quickstart")
    assert len(study.trials) >= 12
    assert (study.trials.end == "collapsed").any()
    best = study.trials.sort_values("objective.frechet_distance").iloc[0]
    final = study.evaluations[(study.evaluations.number == best.number) & study.evaluations.final]
    values = dict(zip(final.metric, final.value, strict=True))
    assert values["classes_covered"] >= 8
    assert values["mean_top_probability"] >= 0.8
    findings = study_dir("quickstart") / "report" / "findings.md"
    assert f"findings  {findings}" in out
    text = findings.read_text(encoding="utf-8")
    assert f"`{best.identity}`" in text
    assert "mode collapse" in text


def test_ctrl_c_in_a_terminal_then_resume(ring: Ring, tmp_path: Path) -> None:
    changes = {"training.epochs": 60, "training.evaluate_every": 5}
    launch(ring(training__epochs=60, training__evaluate_every=5), LaunchOptions(executor="local", name="undisturbed"))
    path = tmp_path / "rings.yaml"
    changed = [word for key, value in changes.items() for word in ("--set", f"{key}={value}")]
    disturbed = start("launch", str(path), "--name", "disturbed", *changed)
    wait_until(lambda: Storage(study_dir("disturbed")).exists("checkpoints"))
    os.killpg(disturbed.pid, signal.SIGINT)  # a terminal sends it to the whole group
    out, err = disturbed.communicate(timeout=200)
    assert disturbed.returncode == 130, err
    assert "Traceback" not in err
    assert "resume disturbed" in out
    resumed = start("resume", "disturbed")
    out, err = resumed.communicate(timeout=400)
    assert resumed.returncode == 0, err
    trials = gansearch.load_study("disturbed").trials
    assert trials.number.tolist() == [0, 1, 2]
    assert (trials.end == "completed").all()
    for number in range(3):
        whole, found = curve_of("undisturbed", number), curve_of("disturbed", number)
        np.testing.assert_array_equal(whole.signals["g_loss"], found.signals["g_loss"])
        assert [done.metrics for done in whole.evaluations] == [done.metrics for done in found.evaluations]


def wait_until(holds: Callable[[], bool], limit_s: float = 200.0) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"not so within {limit_s} s"
        time.sleep(0.1)
