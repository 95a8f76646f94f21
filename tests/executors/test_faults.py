"""What a search makes of trials that raise, diverge or lose their worker: the others go on, and nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient

import gansearch
from gansearch import plugins
from gansearch.curves import Curve, read_curve
from gansearch.executors.driver import Driver
from gansearch.executors.launch import LaunchOptions, launch, resume
from gansearch.plugins import load_file
from gansearch.records import Assignment, LaneReport, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import StudyStatus
from gansearch.tracking import default_uri
from gansearch.trial.run import Answer

Ring = Callable[..., SearchSpace]
LOCAL = LaunchOptions(executor="local")

# Two trials: everything is fixed but what a test searches.
GRID = {
    "plan": "{kind: grid, objective: {metric: frechet_distance}}",
    "generator__init": "he",
    "discriminator__dropout": 0.0,
    "optimizer__generator__lr": 1e-3,
}


def curve_of(study: str, number: int) -> Curve:
    records, _ = read_curve(Storage(study_dir(study)), TrialIdentity(study, number))
    return Curve.of(records)


def test_a_trial_that_raises_fails_and_the_others_go_on(ring: Ring, explosive: Path) -> None:
    load_file(explosive)
    space = ring(tricks__explosive__enabled="{choice: [true, false]}", **GRID)
    result = launch(space, LaunchOptions(executor="local", plugins=(explosive,)))
    assert result.outcome == "finished"
    assert result.status.counts == {"failed": 1, "completed": 1}
    explosive.unlink()  # the study keeps a copy, and another process has not loaded it
    plugins._files.clear()
    trials = gansearch.load_study("rings").trials
    (reason,) = trials[trials.end == "failed"].reason
    assert "RuntimeError: the fuse is lit" in str(reason)
    assert result.report is not None
    assert "the fuse is lit" in result.report.markdown.read_text(encoding="utf-8")


def test_a_trial_that_ends_in_nan_diverges_and_the_others_go_on(ring: Ring) -> None:
    space = ring(
        optimizer__discriminator="{name: sgd, lr: {choice: [0.01, 10.0]}}",
        training__epochs=30,
        training__evaluate_every=30,
        **(GRID | {"optimizer__generator__name": "sgd", "optimizer__generator__lr": 10.0}),
    )
    result = launch(space, LaunchOptions(executor="local"))
    assert result.outcome == "finished"
    assert result.status.counts.get("diverged", 0) >= 1
    assert sum(result.status.counts.values()) == 2
    trials = gansearch.load_study("rings").trials
    diverged = trials[trials.end == "diverged"]
    assert diverged["objective.frechet_distance"].isna().all()
    assert diverged.reason.str.contains("no finite number").all()


@pytest.mark.verify(seconds=110)
def test_a_worker_that_is_killed_costs_nothing_but_time(ring: Ring) -> None:
    space = ring(plan__trials=1, training__epochs=40, training__evaluate_every=5)
    launch(space, LaunchOptions(executor="local", name="undisturbed"))
    killed: list[int] = []

    def kill_once(status: StudyStatus) -> None:
        attempts = curve_of("disturbed", 0).attempts
        if attempts and not killed:
            killed.append(attempts[0]["pid"])
            os.kill(killed[0], signal.SIGKILL)

    result = launch(space, LaunchOptions(name="disturbed"), watch=kill_once)
    assert killed
    assert result.status.counts == {"completed": 1}
    disturbed, whole = curve_of("disturbed", 0), curve_of("undisturbed", 0)
    assert len(disturbed.attempts) == 2
    for name, values in whole.signals.items():
        np.testing.assert_array_equal(values, disturbed.signals[name])
    assert [done.metrics for done in disturbed.evaluations] == [done.metrics for done in whole.evaluations]


def test_a_damaged_checkpoint_costs_its_trial_only_time(ring: Ring) -> None:
    def fall(status: StudyStatus) -> None:
        if curve_of("rings", 0).checkpoint_step:
            raise RuntimeError("the driver falls")

    launch(ring(plan__trials=1), LaunchOptions(executor="local", name="whole"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("gansearch.executors.driver.WATCH_EVERY_S", 0.0)
        with pytest.raises(RuntimeError, match="falls"):
            launch(ring(plan__trials=2), LOCAL, watch=fall)
    (path,) = (study_dir("rings") / "checkpoints" / "rings-0").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    result = resume("rings", LOCAL)
    assert result.outcome == "finished"
    assert result.status.counts == {"completed": 2}
    again, whole = curve_of("rings", 0), curve_of("whole", 0)
    assert f"{path} is damaged" in again.attempts[1]["damaged_checkpoint"]
    assert again.attempts[1]["from_step"] == 0
    np.testing.assert_array_equal(again.signals["d_loss"], whole.signals["d_loss"])
    assert shown_in_mlflow("rings-0") == ("FINISHED", "completed")


def test_an_end_that_no_driver_heard_of_is_shown(ring: Ring) -> None:
    report = Driver.report

    def fall(driver: Driver, reports: Sequence[LaneReport], pack: Sequence[Assignment]) -> Answer:
        if any(each.end is not None for each in reports):
            raise RuntimeError("the driver falls")
        return report(driver, reports, pack)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Driver, "report", fall)
        with pytest.raises(RuntimeError, match="falls"):
            launch(ring(plan__trials=1), LOCAL)
    assert resume("rings", LOCAL).status.counts == {"completed": 1}
    assert len(curve_of("rings", 0).attempts) == 1
    assert shown_in_mlflow("rings-0") == ("FINISHED", "completed")


def shown_in_mlflow(identity: str) -> tuple[str, str]:
    """Status and end of the one run of a trial."""
    client = MlflowClient(tracking_uri=default_uri())
    experiment = client.get_experiment_by_name("rings")
    (run,) = client.search_runs([experiment.experiment_id], f"tags.`gansearch.identity` = '{identity}'")
    return run.info.status, run.data.tags["gansearch.end"]
