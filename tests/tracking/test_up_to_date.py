"""Bringing MLflow up to date without a driver, and what reading it back finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from gansearch.errors import TrackingError
from gansearch.records import End, TrialIdentity
from gansearch.tracking import Experiment, TrialAbout, bring_up_to_date

TRIAL = TrialIdentity("digits", 7)
OTHER = TrialIdentity("digits", 8)

Play = Callable[..., None]


@pytest.fixture
def study(notes: Any, play: Play) -> Any:
    """Two trials of one launch; one has post-mortem files, and one lost its first samples to retention."""
    notes.launch(1, notes.now_s, notes.now_s + 100, "finished")
    play(range(4), End.COMPLETED)
    play(range(2), End.COLLAPSED, trial=OTHER)
    del notes.files["samples/digits-8/1.npz"]
    return notes


def run_of(experiment: Experiment, trial: TrialIdentity) -> Any:
    client = MlflowClient(experiment.uri)
    home = client.get_experiment_by_name("digits")
    assert home is not None
    (run,) = client.search_runs([home.experiment_id], f"tags.`gansearch.identity` = '{trial}'")
    return run


def test_it_writes_what_is_lacking_once(experiment: Experiment, study: Any) -> None:
    first = bring_up_to_date(experiment, study, [TRIAL, OTHER])
    assert first.is_complete
    assert first.runs == 2
    assert (first.written.runs, first.written.images, first.written.files) == (3, 5, 3)
    second = bring_up_to_date(experiment, study, [TRIAL, OTHER])
    assert second.is_complete
    assert second.written.total == 0


def test_a_rebuild_writes_all_of_it_again(experiment: Experiment, study: Any) -> None:
    first = bring_up_to_date(experiment, study, [TRIAL, OTHER])
    before = run_of(experiment, TRIAL)
    again = bring_up_to_date(experiment, study, [TRIAL, OTHER], rebuild=True)
    assert again.is_complete
    assert again.written == first.written
    after = run_of(experiment, TRIAL)
    assert after.info.run_id != before.info.run_id
    assert (after.data.metrics, after.data.params) == (before.data.metrics, before.data.params)
    assert (after.info.start_time, after.info.end_time) == (before.info.start_time, before.info.end_time)


def test_what_is_missing_is_found(experiment: Experiment, study: Any, home: Path) -> None:
    bring_up_to_date(experiment, study, [TRIAL, OTHER])
    run = run_of(experiment, TRIAL)
    client = MlflowClient(experiment.uri)
    client.log_metric(run.info.run_id, "train/d_loss", 1.0, timestamp=5, step=400)
    client.set_terminated(run.info.run_id, "FAILED")
    folder = home / "mlartifacts" / "digits" / run.info.run_id / "artifacts"
    next((folder / "images").glob("samples+step+300+*.png")).unlink()
    (folder / "settings.json").unlink()
    found = bring_up_to_date(experiment, study, [TRIAL, OTHER])
    assert not found.is_complete
    assert found.lacking == {
        "digits-7": [
            "its end: must be ('FINISHED', 'completed'), is ('FAILED', 'completed')",
            "1 points of train/d_loss are there twice",
            "1 of 4 images samples",
            "file settings.json",
        ]
    }


def test_what_mlflow_refuses_is_lacking(experiment: Experiment, study: Any) -> None:
    study.abouts[OTHER] = TrialAbout({"training.epochs": 4}, {"no such?name*": 1}, {})
    found = bring_up_to_date(experiment, study, [TRIAL, OTHER])
    assert found.lacking == {"digits-8": ["parameter no such?name*"]}


def test_a_trial_that_has_not_begun_needs_no_run(experiment: Experiment, study: Any) -> None:
    waiting = TrialIdentity("digits", 9)
    study.abouts[waiting] = TrialAbout({}, {}, {})
    assert bring_up_to_date(experiment, study, [TRIAL, OTHER, waiting]).runs == 2


def test_unchecked_it_says_what_was_not_written(experiment: Experiment, study: Any) -> None:
    study.add("signals", {"of": "another version"}, trial=OTHER)
    found = bring_up_to_date(experiment, study, [TRIAL, OTHER], is_checked=False, patience_s=1.0)
    assert found.lacking == {"digits-8": ["it could not be written"]}
    assert found.reason is not None
    assert "digits-8 hold one of kind 'signals' that cannot be read: KeyError: 'first_step'" in found.reason


def test_a_store_that_does_not_answer(study: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(TrackingError, match=r"MLflow must answer at http://127.0.0.1:9; got: MlflowException: "):
        bring_up_to_date(Experiment("http://127.0.0.1:9", "digits"), study, [TRIAL])
    file = tmp_path / "junk.db"
    file.write_bytes(b"junk" * 1000)
    with pytest.raises(TrackingError, match=r"junk.db is damaged \(file is not a database\); put it right, or move"):
        bring_up_to_date(Experiment(f"sqlite:///{file}", "digits"), study, [TRIAL])
    with pytest.raises(TrackingError, match="a tracking URI must be a folder or begin with one of"):
        bring_up_to_date(replace(Experiment("gopher://x", "digits")), study, [TRIAL])
