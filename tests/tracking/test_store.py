"""A SQLite store that is deleted, replaced or overwritten while a tracker writes to it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gansearch.records import End, TrialIdentity
from gansearch.tracking import Experiment, MlflowTracker, bring_up_to_date
from gansearch.tracking.store import DamagedStoreError, Store, damage

TRIAL = TrialIdentity("digits", 7)
JUNK = b"this is no database " * 5000

Open = Callable[..., MlflowTracker]
Play = Callable[..., None]


def first_half(notes: Any, play: Play, tracker: MlflowTracker) -> None:
    """A launch and two epochs, which the tracker has written."""
    notes.launch(1, notes.now_s)
    play(range(2))
    tracker.launch_changed()
    tracker.trial_changed(TRIAL)
    deadline = time.monotonic() + 60
    while tracker.run_id(TRIAL) is None or tracker.lacking:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_complete(experiment: Experiment, notes: Any) -> bool:
    found = bring_up_to_date(experiment, notes, [TRIAL], patience_s=5.0)
    assert found.written.total == 0
    return found.is_complete and found.runs == 1


@pytest.mark.parametrize(
    "is_back", [True, pytest.param(False, marks=pytest.mark.verify)], ids=["an empty one instead", "nothing instead"]
)
def test_a_deleted_store_is_written_anew(
    *, home: Path, empty_store: Path, experiment: Experiment, notes: Any, open_tracker: Open, play: Play, is_back: bool
) -> None:
    tracker = open_tracker()
    first_half(notes, play, tracker)
    (home / "mlflow.db").unlink()
    if is_back:
        shutil.copy(empty_store / "mlflow.db", home / "mlflow.db")
    play(range(2, 4), End.COMPLETED)
    tracker.trial_changed(TRIAL)
    assert tracker.close(200) == 0
    assert is_complete(experiment, notes)


def test_a_store_that_is_deleted_when_nothing_changes_any_more(
    *, home: Path, empty_store: Path, experiment: Experiment, notes: Any, open_tracker: Open, play: Play
) -> None:
    tracker = open_tracker()
    first_half(notes, play, tracker)
    (home / "mlflow.db").unlink()
    shutil.copy(empty_store / "mlflow.db", home / "mlflow.db")
    assert tracker.close(60) == 0
    assert is_complete(experiment, notes)


@pytest.mark.parametrize("end", [End.COMPLETED, None])
def test_an_earlier_state_of_the_store_is_brought_up_to_date(
    *, home: Path, experiment: Experiment, notes: Any, open_tracker: Open, play: Play, end: End | None
) -> None:
    tracker = open_tracker()
    first_half(notes, play, tracker)
    shutil.copy(home / "mlflow.db", home / "backup.db")
    play(range(2, 4), end)
    tracker.trial_changed(TRIAL)
    deadline = time.monotonic() + 60
    while tracker.lacking:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    (home / "backup.db").replace(home / "mlflow.db")
    assert tracker.close(60) == 0
    assert is_complete(experiment, notes)


def test_a_store_that_is_overwritten_with_junk_is_told_of_and_written_anew_once_it_is_mended(
    *, home: Path, empty_store: Path, experiment: Experiment, notes: Any, open_tracker: Open, play: Play
) -> None:
    said: list[str] = []
    tracker = open_tracker(say=said.append)
    first_half(notes, play, tracker)
    (home / "mlflow.db").write_bytes(JUNK)
    play(range(2, 4))
    tracker.trial_changed(TRIAL)
    deadline = time.monotonic() + 60
    while not said:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    (home / "mlflow.db").rename(home / "damaged.db")
    shutil.copy(empty_store / "mlflow.db", home / "mlflow.db")
    notes.end(End.COMPLETED)
    tracker.trial_changed(TRIAL)
    assert tracker.close(200) == 0
    assert len([sentence for sentence in said if "is damaged" in sentence]) == 1
    assert said[0].endswith("run: gansearch track digits --rebuild")
    assert is_complete(experiment, notes)


def test_a_store_that_stays_damaged_keeps_nobody_waiting(
    home: Path, notes: Any, open_tracker: Open, play: Play
) -> None:
    (home / "mlflow.db").write_bytes(JUNK)
    said: list[str] = []
    tracker = open_tracker(say=said.append)
    play(range(4), End.COMPLETED)
    tracker.trial_changed(TRIAL)
    assert tracker.close(2.0) == 2
    assert len(said) == 1
    assert (home / "mlflow.db").read_bytes() == JUNK


def test_a_damaged_file_is_found_before_mlflow_tries_it_for_minutes(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(JUNK)
    store = Store(f"sqlite:///{tmp_path / 'mlflow.db'}", lambda: pytest.fail("it must not be opened"))
    with pytest.raises(DamagedStoreError, match=r"mlflow.db is damaged: file is not a database"):
        store.open()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = Store(f"sqlite:///{tmp_path / 'file'}/mlflow.db", lambda: pytest.fail("it must not be opened"))
    with pytest.raises(OSError, match="file"):
        store.open()


def test_what_counts_as_damage() -> None:
    assert damage(sqlite3.DatabaseError("database disk image is malformed")) == "database disk image is malformed"
    assert damage(sqlite3.OperationalError("database is locked")) is None
