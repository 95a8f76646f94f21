"""The tracker against a real SQLite store."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gansearch.records import End, Evaluation, Finding, TrialEnd, TrialIdentity
from gansearch.tracking import MlflowTracker, artifact_root, default_uri, run_links

TRIAL = TrialIdentity("digits", 7)
SETTINGS = {"training.epochs": 4, "generator.width": 256, "optimizer.generator.lr": 2e-4}
PARAMETERS = {"optimizer.generator.lr": 2e-4}


def epoch(number: int) -> dict[str, np.ndarray]:
    return {name: np.full(100, float(number), dtype=np.float32) for name in ("d_loss", "g_loss")}


def play(tracker: MlflowTracker, make: Callable[..., Evaluation], epochs: range, end: End | None) -> None:
    """One trial's epochs, and its end."""
    tracker.trial_started(TRIAL, SETTINGS, PARAMETERS, {"attempt": 0 if epochs.start == 0 else 1})
    for number in epochs:
        tracker.signals(TRIAL, 100 * number, epoch(number))
        tracker.evaluation(TRIAL, make(100 * (number + 1), 20.0 - number))
        tracker.image(TRIAL, 100 * (number + 1), "samples", np.full((12, 10), 9, dtype=np.uint8))
    if end is not None:
        tracker.trial_ended(TRIAL, TrialEnd(end, "because", 100 * epochs.stop, epochs.stop))


def runs(home: Path, study: str = "digits") -> dict[str, Any]:
    from mlflow import MlflowClient

    client = MlflowClient(default_uri(home))
    experiment = client.get_experiment_by_name(study)
    assert experiment is not None
    found = list(client.search_runs([experiment.experiment_id]))
    assert len({run.info.run_name for run in found}) == len(found)
    return {run.info.run_name: run for run in found}


def history(home: Path, run: Any, key: str) -> list[tuple[int, float]]:
    from mlflow import MlflowClient

    points = MlflowClient(default_uri(home)).get_metric_history(run.info.run_id, key)
    return sorted((point.step, point.value) for point in points)


def test_a_whole_trial_is_shown(
    home: Path, open_tracker: Callable[..., MlflowTracker], make_evaluation: Callable[..., Evaluation]
) -> None:
    tracker = open_tracker()
    tracker.launch_started({"sampler": "tpe", "resources": {"cpu": 1}})
    play(tracker, make_evaluation, range(4), End.COMPLETED)
    tracker.artifact(TRIAL, "post_mortem/finding.json", b"{}")
    tracker.artifact(None, "report/findings.md", b"# Findings")
    tracker.launch_ended("finished")
    assert tracker.close(60) == 0
    assert tracker.lost == 0

    shown = runs(home)
    trial, launch = shown["digits-7"], shown["launch 1"]
    assert trial.data.params == {"optimizer.generator.lr": "0.0002"}
    assert trial.data.tags["mlflow.parentRunId"] == launch.info.run_id
    assert trial.data.tags["gansearch.end"] == "completed"
    assert (trial.info.status, launch.info.status) == ("FINISHED", "FINISHED")
    assert launch.data.tags["gansearch.sampler"] == "tpe"
    assert history(home, trial, "frechet_distance") == [(100, 20.0), (200, 19.0), (300, 18.0), (400, 17.0)]
    losses = history(home, trial, "train/d_loss")
    assert len(losses) == 200
    assert losses[0] == (2, 0.0)
    assert losses[-1] == (400, 3.0)
    assert (home / "mlartifacts" / "digits").is_dir()
    assert tracker.run_id(TRIAL) == trial.info.run_id
    assert tracker.run_url(TRIAL) is None


def artifacts(home: Path, run: Any, folder: str | None = None) -> set[str]:
    from mlflow import MlflowClient

    return {file.path for file in MlflowClient(default_uri(home)).list_artifacts(run.info.run_id, folder)}


def test_artifacts_and_step_images(
    home: Path, open_tracker: Callable[..., MlflowTracker], make_evaluation: Callable[..., Evaluation]
) -> None:
    tracker = open_tracker()
    tracker.launch_started({})
    play(tracker, make_evaluation, range(2), End.COMPLETED)
    tracker.artifact(TRIAL, "post_mortem/finding.json", b"{}")
    tracker.artifact(None, "report/findings.md", b"# Findings")
    assert tracker.close(60) == 0
    shown = runs(home)
    assert artifacts(home, shown["digits-7"]) == {"settings.json", "images", "post_mortem"}
    assert artifacts(home, shown["launch 1"]) == {"launch.json", "report"}
    images = [name for name in artifacts(home, shown["digits-7"], "images") if name.endswith(".png")]
    assert sorted(int(name.split("+step+")[1].split("+")[0]) for name in images) == [100, 200]


@pytest.mark.parametrize("rest", [End.STOPPED_BY_USER, None], ids=["clean stop", "crash"])
def test_a_resumed_study_finds_its_runs_again(
    home: Path,
    open_tracker: Callable[..., MlflowTracker],
    make_evaluation: Callable[..., Evaluation],
    rest: End | None,
) -> None:
    first = open_tracker()
    first.launch_started({})
    play(first, make_evaluation, range(3), rest)
    assert first.close(60) == 0
    assert runs(home)["digits-7"].info.status == ("SCHEDULED" if rest else "RUNNING")

    second = open_tracker()
    second.launch_started({})
    play(second, make_evaluation, range(2, 4), End.COMPLETED)  # from its checkpoint: epoch 2 once more
    second.launch_ended("finished")
    assert second.close(60) == 0

    shown = runs(home)
    assert set(shown) == {"digits-7", "launch 1", "launch 2"}
    assert shown["launch 1"].info.status == "KILLED"  # its driver went without a word
    assert shown["digits-7"].info.status == "FINISHED"
    assert shown["digits-7"].data.tags["gansearch.attempt"] == "1"
    assert history(home, shown["digits-7"], "frechet_distance") == [(100, 20.0), (200, 19.0), (300, 18.0), (400, 17.0)]
    assert len(history(home, shown["digits-7"], "train/d_loss")) == 200
    images = [name for name in artifacts(home, shown["digits-7"], "images") if name.endswith(".png")]
    assert len(images) == 4


def test_a_cursor_that_was_not_written_is_made_up_for_by_the_history(
    home: Path, open_tracker: Callable[..., MlflowTracker], make_evaluation: Callable[..., Evaluation]
) -> None:
    from mlflow import MlflowClient

    first = open_tracker()
    play(first, make_evaluation, range(2), None)
    assert first.close(60) == 0
    run = runs(home)["digits-7"]
    for stream in ("train", "evaluation"):
        MlflowClient(default_uri(home)).set_tag(run.info.run_id, f"gansearch.cursor.{stream}", "50")
    second = open_tracker()
    play(second, make_evaluation, range(2), None)
    assert second.close(60) == 0
    assert history(home, run, "frechet_distance") == [(100, 20.0), (200, 19.0)]
    assert len(history(home, run, "train/g_loss")) == 100


def test_studies_of_one_name_are_told_apart_by_their_id(
    home: Path, open_tracker: Callable[..., MlflowTracker], make_evaluation: Callable[..., Evaluation]
) -> None:
    for study_id in ("one", "two"):
        tracker = open_tracker(study_id=study_id)
        play(tracker, make_evaluation, range(1), End.COMPLETED)
        assert tracker.close(60) == 0
    from mlflow import MlflowClient

    client = MlflowClient(default_uri(home))
    experiment = client.get_experiment_by_name("digits")
    assert experiment is not None
    assert len(client.search_runs([experiment.experiment_id])) == 2


@pytest.mark.parametrize(
    ("end", "status", "kind"),
    [
        (End.PRUNED, "KILLED", ""),
        (End.COLLAPSED, "KILLED", "mode_collapse"),
        (End.DIVERGED, "KILLED", "diverged"),
        (End.FAILED, "FAILED", ""),
    ],
)
def test_ends_are_told_apart(
    home: Path, open_tracker: Callable[..., MlflowTracker], end: End, status: str, kind: str
) -> None:
    tracker = open_tracker()
    tracker.trial_started(TRIAL, SETTINGS, PARAMETERS, {})
    finding = Finding(kind, kind, 9, 1, "signal", 1.0, 2.0, {}, "a sentence") if kind else None
    tracker.trial_ended(TRIAL, TrialEnd(end, "a reason", 9, 1, finding))
    assert tracker.close(60) == 0
    run = runs(home)["digits-7"]
    assert run.info.status == status
    assert {name: run.data.tags[f"gansearch.{name}"] for name in ("end", "finding", "reason")} == {
        "end": str(end),
        "finding": kind,
        "reason": "a reason",
    }


def test_what_mlflow_refuses_is_counted_and_the_rest_arrives(
    home: Path,
    open_tracker: Callable[..., MlflowTracker],
    make_evaluation: Callable[..., Evaluation],
    caplog: pytest.LogCaptureFixture,
) -> None:
    tracker = open_tracker()
    with caplog.at_level(logging.WARNING, "gansearch.tracking"):
        tracker.trial_started(TRIAL, SETTINGS, {"no such?name*": 1}, {})
        tracker.evaluation(TRIAL, make_evaluation(100))
        assert tracker.close(60) == 0
    assert tracker.lost == 1
    assert "MLflow lacks something of this study (MLflow refuses it" in caplog.text
    assert history(home, runs(home)["digits-7"], "frechet_distance") == [(100, 12.5)]


def test_values_that_are_no_number_are_kept_as_such(
    home: Path, open_tracker: Callable[..., MlflowTracker], make_evaluation: Callable[..., Evaluation]
) -> None:
    tracker = open_tracker()
    tracker.evaluation(TRIAL, make_evaluation(100, float("nan")))
    assert tracker.close(60) == 0
    ((step, value),) = history(home, runs(home)["digits-7"], "frechet_distance")
    assert step == 100
    assert np.isnan(value)


def test_a_bad_message_never_reaches_the_caller(open_tracker: Callable[..., MlflowTracker]) -> None:
    tracker = open_tracker()
    tracker.artifact(None, "report.md", b"before any launch")
    assert tracker.close(60) == 0
    assert tracker.lost == 1


def test_the_caller_is_never_kept_waiting(tmp_path: Path, make_evaluation: Callable[..., Evaluation]) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("not a folder")
    tracker = MlflowTracker(f"sqlite:///{nowhere}/mlflow.db", "digits", artifact_root=tmp_path)
    for number in range(200):
        tracker.evaluation(TRIAL, make_evaluation(number))
    assert 0 < tracker.blocked_s < 0.5
    before = time.monotonic()
    left = tracker.close(1.0)
    assert time.monotonic() - before < 5
    assert left > 0
    assert tracker.lost == left


def test_what_is_told_can_be_waited_for(
    open_tracker: Callable[..., MlflowTracker], make_evaluation: Callable[..., Evaluation]
) -> None:
    tracker = open_tracker()
    tracker.launch_started({})
    for step in range(300):
        tracker.evaluation(TRIAL, make_evaluation(step))
    assert tracker.drain(0, patience_s=30.0)
    assert tracker.run_id(TRIAL) is not None
    assert tracker.close(0.5) == 0


def test_waiting_ends_where_nothing_gets_on(tmp_path: Path, make_evaluation: Callable[..., Evaluation]) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("not a folder")
    tracker = MlflowTracker(f"sqlite:///{nowhere}/mlflow.db", "digits", artifact_root=tmp_path, interval_s=0.02)
    tracker.evaluation(TRIAL, make_evaluation(1))
    assert tracker.drain(5, patience_s=30.0)
    assert not tracker.drain(0, patience_s=0.2)
    assert tracker.close(0.1) > 0


def test_a_full_queue_loses_and_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_evaluation: Callable[..., Evaluation]
) -> None:
    monkeypatch.setattr("gansearch.tracking.mlflow_tracker.CAPACITY", 5)
    nowhere = tmp_path / "file"
    nowhere.write_text("not a folder")
    tracker = MlflowTracker(f"sqlite:///{nowhere}/mlflow.db", "digits", artifact_root=tmp_path)
    for number in range(5000):
        tracker.evaluation(TRIAL, make_evaluation(number))
    assert tracker.lost > 0
    tracker.close(0.1)


def test_a_new_store_is_made_without_a_word(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from gansearch.records import End, TrialEnd, TrialIdentity
from gansearch.tracking import MlflowTracker, artifact_root, default_uri
home = Path({str(tmp_path)!r})
tracker = MlflowTracker(default_uri(home), "digits", artifact_root=artifact_root(home))
tracker.launch_started({{}})
tracker.trial_started(TrialIdentity("digits", 0), {{}}, {{}}, {{}})
tracker.trial_ended(TrialIdentity("digits", 0), TrialEnd(End.COMPLETED, "done", 1, 1))
tracker.launch_ended("finished")
raise SystemExit(tracker.close(100))
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {path.name for path in tmp_path.iterdir()} == {"mlflow.db", "mlartifacts"}


def test_links_need_a_server_that_shows_pages(
    home: Path, open_tracker: Callable[..., MlflowTracker], make_evaluation: Callable[..., Evaluation]
) -> None:
    tracker = open_tracker()
    play(tracker, make_evaluation, range(1), End.COMPLETED)
    assert tracker.close(60) == 0
    run = runs(home)["digits-7"]
    pages = "http://tracking:5000"
    address = f"{pages}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"
    assert run_links(default_uri(home), "digits", pages=pages) == {"digits-7": address}
    assert run_links(default_uri(home), "digits") == {}
    assert run_links(default_uri(home), "other", pages=pages) == {}
    assert artifact_root(home).startswith("file://")
