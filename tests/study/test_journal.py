from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import JournalStorage

from gansearch.errors import CorruptFileError, StorageError
from gansearch.study.journal import Journal

LOGS: list[dict[str, Any]] = [{"op": number, "text": "é" * number} for number in range(5)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "j"


def test_what_is_appended_is_read_from_any_number_on(path: Path) -> None:
    journal = Journal(path)
    journal.append_logs(LOGS[:2])
    assert journal.read_logs(0) == LOGS[:2]
    journal.append_logs(LOGS[2:])
    assert journal.read_logs(2) == LOGS[2:]
    assert journal.read_logs(4) == LOGS[4:]
    assert journal.read_logs(0) == LOGS
    assert Journal(path).read_logs(3) == LOGS[3:]
    journal.close()


def test_a_line_that_is_being_written_is_left_for_later(path: Path) -> None:
    journal = Journal(path)
    journal.append_logs(LOGS[:1])
    with path.open("ab") as file:
        file.write(b'{"op":')
        file.flush()
        assert journal.read_logs(0) == LOGS[:1]
        file.write(b"7}\n")
    assert journal.read_logs(1) == [{"op": 7}]


@pytest.mark.parametrize("torn", [b"{", b'{"op":1}', b"x" * 10_000])
@pytest.mark.parametrize("whole", [0, 3])
def test_a_line_that_a_killed_process_left_is_cut_off_by_the_next_write(path: Path, torn: bytes, whole: int) -> None:
    journal = Journal(path)
    journal.append_logs(LOGS[:whole])
    with path.open("ab") as file:
        file.write(torn)
    reader = Journal(path)
    assert reader.read_logs(0) == LOGS[:whole]
    reader.append_logs(LOGS[3:])
    assert reader.read_logs(0) == LOGS[:whole] + LOGS[3:]
    assert journal.read_logs(whole) == LOGS[3:]


def test_damage_names_the_line(path: Path) -> None:
    path.write_bytes(b'{"op":1}\nnot json\n{"op":2}\n')
    with pytest.raises(CorruptFileError, match="j is damaged: line 2 is not JSON"):
        Journal(path).read_logs(0)


def test_reading_only_neither_creates_nor_writes(path: Path) -> None:
    with pytest.raises(StorageError, match="j cannot be opened: it does not exist"):
        Journal(path, readonly=True)
    Journal(path).append_logs(LOGS)
    path.chmod(0o444)
    reader = Journal(path, readonly=True)
    assert reader.read_logs(0) == LOGS
    with pytest.raises(StorageError, match="opened for reading only"):
        reader.append_logs(LOGS)


def test_a_group_is_one_flush_to_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    journal.append_logs(LOGS)
    assert len(flushed) == 1
    with journal.group():
        for log in LOGS:
            journal.append_logs([log])
        with journal.group():
            journal.append_logs(LOGS)
        assert len(flushed) == 1
        assert len(journal.read_logs(0)) == 15
    assert len(flushed) == 2


def test_several_processes_append_without_loss(path: Path) -> None:
    script = f"""
import pathlib
from gansearch.study.journal import Journal
journal = Journal(pathlib.Path({str(path)!r}))
import os
for number in range(40):
    journal.append_logs([{{"pid": os.getpid(), "number": number, "filling": "x" * 500}}])
"""
    running = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    logs = Journal(path).read_logs(0)
    for process in running:
        assert [log["number"] for log in logs if log["pid"] == process.pid] == list(range(40))


def test_optuna_finds_in_it_what_its_own_backend_would(path: Path) -> None:
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    study = optuna.create_study(storage=JournalStorage(Journal(path)), study_name="s")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=5)
    own = JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))
    assert optuna.load_study(study_name="s", storage=own).trials == study.trials
    assert all(json.loads(line) for line in path.read_text().splitlines())
