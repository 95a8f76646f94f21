"""The tracker against a real SQLite store."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gansearch.records import End, Evaluation, Finding, TrialEnd, TrialIdentity
from gansearch.tracking import Experiment, MlflowTracker, TrialAbout, artifact_root, default_uri, run_links

TRIAL, OTHER = TrialIdentity("digits", 7), TrialIdentity("digits", 8)
Open = Callable[..., MlflowTracker]
Play = Callable[..., None]
LEFT = {"finding.json", "finding.png", "samples.npz", "samples.png"}


def runs(home: Path, study: str = "digits") -> dict[str, Any]:
    from mlflow import MlflowClient

    client = MlflowClient(default_uri(home))
    every = client.search_runs([client.get_experiment_by_name(study).experiment_id])
    found = {run.info.run_name: run for run in every}
    assert len(found) == len(every)
    return found


def history(home: Path, run: Any, key: str) -> list[tuple[int, float]]:
    from mlflow import MlflowClient

    points = MlflowClient(default_uri(home)).get_metric_history(run.info.run_id, key)
    return sorted((point.step, point.value) for point in points)


def artifacts(home: Path, run: Any, folder: str | None = None) -> set[str]:
    from mlflow import MlflowClient

    return {file.path for file in MlflowClient(default_uri(home)).list_artifacts(run.info.run_id, folder)}


def image_steps(home: Path, run: Any) -> list[int]:
    images = [name for name in artifacts(home, run, "images") if name.endswith(".png")]
    return sorted(int(name.split("+step+")[1].split("+")[0]) for name in images)


def test_a_whole_trial_is_shown(home: Path, notes: Any, open_tracker: Open, play: Play) -> None:
    tracker = open_tracker()
    notes.launch(1, notes.now_s)
    tracker.launch_changed()
    play(range(4), End.COMPLETED)
    tracker.trial_changed(TRIAL)
    notes.launch(1, notes.known_launches[0].started_s, notes.now_s, "finished")
    tracker.launch_changed()
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


def test_times_are_those_of_the_records(home: Path, notes: Any, open_tracker: Open, play: Play) -> None:
    from mlflow import MlflowClient

    tracker = open_tracker()
    play(range(2), End.COMPLETED)
    tracker.trial_changed(TRIAL)
    assert tracker.close(60) == 0
    first, *_, last = notes.written[TRIAL]
    run = runs(home)["digits-7"]
    assert run.info.start_time == round(first.payload["started"] * 1000)
    assert run.info.end_time == round(last.time * 1000)
    points = MlflowClient(default_uri(home)).get_metric_history(run.info.run_id, "frechet_distance")
    measured = [record.time for record in notes.written[TRIAL] if record.kind == "evaluation"]
    assert [point.timestamp for point in points] == [round(moment * 1000) for moment in measured]


def test_artifacts_and_step_images(home: Path, notes: Any, open_tracker: Open, play: Play) -> None:
    tracker = open_tracker()
    notes.launch(1, 0.0, notes.now_s + 100, "finished")
    notes.known_launches[0] = replace(notes.known_launches[0], has_report=True)
    notes.report_files["findings.md"] = b"# Findings"
    notes.files |= {f"post_mortem/digits-7/{name}": b"1" for name in ("finding.json", "samples.npz")}
    play(range(2))
    finding = Finding("mode_collapse", "mode_collapse", 150, 1, "signal", 1.0, 2.0, {}, "a sentence")
    notes.end(End.COLLAPSED, 200, finding=finding)
    tracker.launch_changed()
    tracker.trial_changed(TRIAL)
    assert tracker.close(60) == 0
    shown = runs(home)
    assert artifacts(home, shown["digits-7"]) == {"settings.json", "images", "post_mortem"}
    assert {path.rpartition("/")[2] for path in artifacts(home, shown["digits-7"], "post_mortem/digits-7")} == LEFT
    assert artifacts(home, shown["launch 1"]) == {"launch.json", "findings.md"}
    assert image_steps(home, shown["digits-7"]) == [100, 150, 150, 200]  # at the stop the finding and the samples
    assert shown["digits-7"].data.tags["mlflow.loggedImages"] == "True"
    kept = [name for name in artifacts(home, shown["digits-7"], "images") if "samples+step+100" in name]
    assert sorted(name.rpartition(".")[2] for name in kept) == ["png", "webp"]


@pytest.mark.parametrize("rest", [End.STOPPED_BY_USER, None], ids=["clean stop", "crash"])
def test_a_resumed_study_finds_its_runs_again(
    home: Path, notes: Any, open_tracker: Open, play: Play, rest: End | None
) -> None:
    first = open_tracker()
    notes.launch(1, notes.now_s)
    first.launch_changed()
    play(range(3), rest)
    first.trial_changed(TRIAL)
    assert first.close(60) == 0
    assert runs(home)["digits-7"].info.status == ("SCHEDULED" if rest else "RUNNING")

    notes.launch(1, notes.known_launches[0].started_s, notes.now_s + 1, "lost")
    notes.launch(2, notes.now_s + 1)
    second = open_tracker()
    second.launch_changed()
    second.trials_behind([TRIAL])
    play(range(2, 4), End.COMPLETED, attempt=1)  # from its checkpoint: epoch 2 once more
    second.trial_changed(TRIAL)
    assert second.close(60) == 0

    shown = runs(home)
    assert set(shown) == {"digits-7", "launch 1", "launch 2"}
    assert shown["launch 1"].info.status == "FAILED"
    assert shown["digits-7"].data.tags["mlflow.parentRunId"] == shown["launch 1"].info.run_id
    assert shown["digits-7"].info.status == "FINISHED"
    assert shown["digits-7"].data.tags["gansearch.attempt"] == "1"
    assert history(home, shown["digits-7"], "frechet_distance") == [(100, 20.0), (200, 19.0), (300, 18.0), (400, 17.0)]
    assert len(history(home, shown["digits-7"], "train/d_loss")) == 200
    assert image_steps(home, shown["digits-7"]) == [100, 200, 300, 400]


def test_what_a_dead_drivers_tracker_did_not_deliver_is_caught_up_with(
    home: Path, notes: Any, open_tracker: Open, play: Play
) -> None:
    first = open_tracker()
    play(range(2))
    first.trial_changed(TRIAL)
    assert first.close(60) == 0
    play(range(1, 4), End.COMPLETED, attempt=1)  # nobody told a tracker
    play(range(4), End.PRUNED, trial=OTHER)

    second = open_tracker()
    second.trials_behind([TRIAL, OTHER])
    assert second.close(60) == 0
    shown = runs(home)
    assert shown["digits-7"].info.status == "FINISHED"
    assert shown["digits-8"].info.status == "KILLED"
    assert len(history(home, shown["digits-7"], "train/d_loss")) == 200

    reads = notes.reads
    third = open_tracker()
    third.trials_behind([TRIAL, OTHER])
    assert third.close(60) == 0
    assert notes.reads == reads + 2  # a look behind each cursor, and nothing more


def test_a_cursor_that_was_not_written_is_made_up_for_by_the_history(
    home: Path, open_tracker: Open, play: Play
) -> None:
    from mlflow import MlflowClient

    first = open_tracker()
    play(range(2))
    first.trial_changed(TRIAL)
    assert first.close(60) == 0
    run = runs(home)["digits-7"]
    client = MlflowClient(default_uri(home))
    for stream in ("train", "evaluation"):
        client.set_tag(run.info.run_id, f"gansearch.cursor.{stream}", "50")
    client.delete_tag(run.info.run_id, "gansearch.cursor.records")
    client.delete_tag(run.info.run_id, "gansearch.cursor.image.samples")
    second = open_tracker()
    second.trials_behind([TRIAL])
    assert second.close(60) == 0
    assert history(home, run, "frechet_distance") == [(100, 20.0), (200, 19.0)]
    assert len(history(home, run, "train/g_loss")) == 100
    assert image_steps(home, run) == [100, 200]


def test_studies_of_one_name_are_told_apart_by_their_id(experiment: Experiment, open_tracker: Open, play: Play) -> None:
    play(range(1), End.COMPLETED)
    for study_id in ("one", "two"):
        tracker = open_tracker(replace(experiment, study_id=study_id))
        tracker.trial_changed(TRIAL)
        assert tracker.close(60) == 0
    from mlflow import MlflowClient

    client = MlflowClient(experiment.uri)
    found = client.get_experiment_by_name("digits")
    assert found is not None
    assert len(client.search_runs([found.experiment_id])) == 2


@pytest.mark.parametrize(
    ("end", "status", "kind"),
    [
        (End.PRUNED, "KILLED", ""),
        (End.COLLAPSED, "KILLED", "mode_collapse"),
        (End.DIVERGED, "KILLED", "diverged"),
        (End.FAILED, "FAILED", ""),
    ],
)
def test_ends_are_told_apart(*, home: Path, notes: Any, open_tracker: Open, end: End, status: str, kind: str) -> None:
    tracker = open_tracker()
    notes.attempt()
    notes.end(end, 9, finding=Finding(kind, kind, 9, 1, "signal", 1.0, 2.0, {}, "a sentence") if kind else None)
    tracker.trial_changed(TRIAL)
    assert tracker.close(60) == 0
    run = runs(home)["digits-7"]
    assert run.info.status == status
    assert {name: run.data.tags[f"gansearch.{name}"] for name in ("end", "finding", "reason")} == {
        "end": str(end),
        "finding": kind,
        "reason": "because",
    }


def test_what_the_study_decided_wins_over_what_was_recorded(
    home: Path, notes: Any, open_tracker: Open, play: Play
) -> None:
    tracker = open_tracker()
    play(range(4), End.COMPLETED)
    tracker.trial_changed(TRIAL)
    wait_for(lambda: tracker.run_id(TRIAL) is not None and not tracker.lacking)
    decided = TrialEnd(End.DIVERGED, "its objective is not finite", 400, 4)
    notes.abouts[TRIAL] = replace(notes.abouts[TRIAL], end=decided)
    tracker.trial_changed(TRIAL)
    assert tracker.close(60) == 0
    run = runs(home)["digits-7"]
    assert (run.info.status, run.data.tags["gansearch.end"]) == ("KILLED", "diverged")
    assert run.data.tags["gansearch.reason"] == "its objective is not finite"
    assert run.info.end_time == round(notes.written[TRIAL][-1].time * 1000)


def test_a_trial_that_kills_its_workers_before_they_record_anything_is_shown(
    home: Path, notes: Any, open_tracker: Open
) -> None:
    failed = TrialEnd(End.FAILED, "lost 3 times in a row", 0, 0)
    notes.abouts[TRIAL] = TrialAbout({}, {}, {}, failed, notes.now_s)
    notes.abouts[OTHER] = TrialAbout({}, {}, {}, replace(failed, end=End.PRUNED), notes.now_s)
    tracker = open_tracker()
    tracker.trials_behind([TRIAL, OTHER])
    assert tracker.close(60) == 0
    shown = runs(home)
    assert set(shown) == {"digits-7"}
    assert shown["digits-7"].info.status == "FAILED"
    assert shown["digits-7"].info.end_time == round(notes.now_s * 1000)


def test_a_damaged_record_shows_its_end(home: Path, notes: Any, open_tracker: Open, play: Play) -> None:
    tracker = open_tracker()
    play(range(2))
    tracker.trial_changed(TRIAL)
    wait_for(lambda: tracker.run_id(TRIAL) is not None and not tracker.lacking)
    notes.damaged.add(TRIAL)
    notes.abouts[TRIAL] = replace(notes.abouts[TRIAL], end=TrialEnd(End.FAILED, "it is damaged", 200, 2))
    tracker.trial_changed(TRIAL)
    assert tracker.close(60) == 0
    run = runs(home)["digits-7"]
    assert (run.info.status, run.data.tags["gansearch.reason"]) == ("FAILED", "it is damaged")
    assert history(home, run, "frechet_distance") == [(100, 20.0), (200, 19.0)]


def test_what_mlflow_refuses_is_counted_and_the_rest_arrives(
    home: Path, notes: Any, open_tracker: Open, play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    notes.abouts[TRIAL] = TrialAbout({"training.epochs": 1}, {"no such?name*": 1}, {})
    play(range(1), End.COMPLETED)
    tracker = open_tracker()
    with caplog.at_level(logging.WARNING, "gansearch.tracking"):
        tracker.trial_changed(TRIAL)
        assert tracker.close(60) == 0
    assert tracker.lost == 1
    assert "MLflow lacks something of this study (it refuses it" in caplog.text
    assert history(home, runs(home)["digits-7"], "frechet_distance") == [(100, 20.0)]


def test_values_that_are_no_number_are_kept_as_such(
    home: Path, notes: Any, open_tracker: Open, make_evaluation: Callable[..., Evaluation]
) -> None:
    tracker = open_tracker()
    notes.attempt()
    notes.epoch(0, make_evaluation(100, float("nan")))
    tracker.trial_changed(TRIAL)
    assert tracker.close(60) == 0
    ((step, value),) = history(home, runs(home)["digits-7"], "frechet_distance")
    assert step == 100
    assert np.isnan(value)


def test_a_record_that_cannot_be_shown_keeps_nobody_else_back(
    home: Path, notes: Any, open_tracker: Open, play: Play
) -> None:
    said: list[str] = []
    tracker = open_tracker(say=said.append)
    notes.add("signals", {"of": "another version"})
    play(range(1), End.COMPLETED, trial=OTHER)
    tracker.trial_changed(TRIAL)
    tracker.trial_changed(OTHER)
    assert tracker.close(3.0) == 1
    assert tracker.lacking == ["digits-7"]
    assert runs(home)["digits-8"].info.status == "FINISHED"


def test_a_run_that_somebody_deletes_is_made_anew(home: Path, open_tracker: Open, play: Play) -> None:
    from mlflow import MlflowClient

    tracker = open_tracker()
    play(range(2))
    tracker.trial_changed(TRIAL)
    wait_for(lambda: tracker.run_id(TRIAL) is not None and not tracker.lacking)
    before = tracker.run_id(TRIAL)
    assert before is not None
    MlflowClient(default_uri(home)).delete_run(before)
    play(range(2, 4), End.COMPLETED)
    tracker.trial_changed(TRIAL)
    assert tracker.close(60) == 0
    run = runs(home)["digits-7"]
    assert run.info.run_id != before
    assert len(history(home, run, "train/d_loss")) == 200
    assert image_steps(home, run) == [100, 200, 300, 400]


def test_the_caller_is_never_kept_waiting(tmp_path: Path, notes: Any, play: Play) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("not a folder")
    tracker = MlflowTracker(Experiment(f"sqlite:///{nowhere}/mlflow.db", "digits", tmp_path), notes)
    play(range(4), End.COMPLETED)
    for _ in range(5000):
        with tracker.counted():
            tracker.trial_changed(TRIAL)
    assert 0 < tracker.blocked_s < 0.5
    before = time.monotonic()
    left = tracker.close(1.0)
    assert time.monotonic() - before < 5
    assert left == 2
    assert tracker.lacking == ["launch", "digits-7"]
    assert notes.reads == 0  # nothing is read that cannot be written


def test_a_new_store_is_made_without_a_word(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from gansearch.tracking import Experiment, MlflowTracker, artifact_root, default_uri
class Nothing:
    def launches(self):
        return []
home = Path({str(tmp_path)!r})
tracker = MlflowTracker(Experiment(default_uri(home), "digits", artifact_root(home)), Nothing())
tracker.launch_changed()
raise SystemExit(tracker.close(200))
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {path.name for path in tmp_path.iterdir()} == {"mlflow.db"}


def test_links_need_a_server_that_shows_pages(home: Path, open_tracker: Open, play: Play) -> None:
    tracker = open_tracker()
    play(range(1), End.COMPLETED)
    tracker.trial_changed(TRIAL)
    assert tracker.close(60) == 0
    run = runs(home)["digits-7"]
    pages = "http://tracking:5000"
    address = f"{pages}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}?workflowType=machine_learning"
    assert run_links(default_uri(home), "digits", pages=pages) == {"digits-7": address}
    assert run_links(default_uri(home), "digits") == {}
    assert run_links(default_uri(home), "other", pages=pages) == {}
    assert artifact_root(home).startswith("file://")


def wait_for(holds: Callable[[], bool], limit_s: float = 60.0) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"not so within {limit_s} s"
        time.sleep(0.02)
