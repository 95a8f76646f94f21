from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.storages import JournalStorage

from gansearch.errors import CorruptFileError, StorageError
from gansearch.study.journal import Journal
from gansearch.study.journal_copy import copy_of
from gansearch.testing.byte_mutations import mutated

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


def test_lines_without_checksums_are_read_and_added_to(path: Path) -> None:
    path.write_bytes(b'{"op":1}\n{"op":2}\n')
    journal = Journal(path)
    journal.append_logs(LOGS)
    assert Journal(path).read_logs(0) == [{"op": 1}, {"op": 2}, *LOGS]
    path.write_bytes(b'{"op_code":1}\nnot json\n{"op_code":2}\n')
    copy_of(path).unlink()
    with pytest.raises(CorruptFileError, match="j is damaged: line 2 is not JSON"):
        Journal(path)


LINES = [{"op_code": 4, "study_id": 0, "trial_id": number, "values": [0.125 * number]} for number in range(6)]


@pytest.fixture
def whole(path: Path) -> bytes:
    """A journal of six operations, written at two times; it and its copy are closed."""
    for logs in (LINES[:2], LINES[2:]):
        journal = Journal(path)
        journal.append_logs(logs)
        journal.close()
    assert copy_of(path).read_bytes() == path.read_bytes()
    return path.read_bytes()


def line(content: bytes, number: int) -> bytes:
    return content.splitlines(keepends=True)[number - 1]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a digit that stays JSON": lambda content: content.replace(b"0.375", b"0.385"),
    "a line that is no JSON": lambda content: content.replace(line(content, 4), b"}" + line(content, 4)[1:]),
    "a line lost": lambda content: content.replace(line(content, 4), b""),
    "a line doubled": lambda content: content.replace(line(content, 3), line(content, 3) * 2),
    "lines swapped": lambda content: content.replace(
        line(content, 4) + line(content, 5), line(content, 5) + line(content, 4)
    ),
    "zeros": lambda content: content.replace(line(content, 4), bytes(len(line(content, 4)) - 1) + b"\n"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_and_said_with_its_line(
    path: Path, whole: bytes, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = DAMAGE[damage](whole)
    path.write_bytes(damaged)
    copy_of(path).unlink()
    with pytest.raises(
        CorruptFileError, match=r"j is damaged: line 4 .*put a backup of the file in its place"
    ) as caught:
        Journal(path)
    assert "line 4" in str(caught.value)
    assert path.read_bytes() == damaged
    assert not copy_of(path).exists()
    reader = Journal(path, readonly=True)
    assert [reader.read_logs(0), reader.read_logs(3)] == [LINES[:3], []]
    (said,) = caplog.messages
    assert "j is damaged: line 4" in said
    assert "only what stands before it is read" in said


HARM: dict[str, Callable[[bytes], bytes]] = {
    **DAMAGE,
    "an end lost": lambda content: content[: len(content) // 2],
    "empty": lambda content: content[:0],
    "junk at the end": lambda content: content + b"\x00junk\n\xff\xfe\n",
}


@pytest.mark.parametrize("harm", [harm for harm in HARM if harm != "a line doubled"])
def test_the_copy_mends_it(path: Path, whole: bytes, harm: str, caplog: pytest.LogCaptureFixture) -> None:
    path.write_bytes(HARM[harm](whole))
    assert Journal(path, readonly=True).read_logs(0) == LINES
    assert path.read_bytes() == HARM[harm](whole)
    journal = Journal(path)
    assert journal.read_logs(0) == LINES
    assert path.read_bytes() == copy_of(path).read_bytes() == whole
    assert [message.partition("; ")[0].partition(" and has")[0] for message in caplog.messages] == [
        f"{path} is damaged",
        f"{path} was damaged",
    ]
    journal.append_logs(LOGS)
    assert Journal(path).read_logs(0) == LINES + LOGS
    assert HARM[harm](whole).startswith(path.with_name("j.damaged").read_bytes())


def test_a_journal_that_was_deleted_is_made_anew_from_its_copy(path: Path, whole: bytes) -> None:
    path.unlink()
    assert Journal(path, readonly=True).read_logs(0) == LINES
    assert not path.exists()
    assert Journal(path).read_logs(0) == LINES
    assert path.read_bytes() == whole


def test_what_the_copy_lacks_is_never_thrown_away(path: Path, whole: bytes) -> None:
    copy_of(path).write_bytes(whole.partition(line(whole, 5))[0])
    path.write_bytes(DAMAGE["a digit that stays JSON"](whole))
    with pytest.raises(CorruptFileError, match=r"Its copy j\.copy does not tell what stood there"):
        Journal(path)


@pytest.mark.parametrize("harm", HARM)
def test_a_copy_that_was_damaged_is_written_anew(path: Path, whole: bytes, harm: str) -> None:
    copy_of(path).write_bytes(HARM[harm](whole))
    assert Journal(path).read_logs(0) == LINES
    assert copy_of(path).read_bytes() == path.read_bytes() == whole


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(chance=st.randoms(use_true_random=True))
def test_a_mutated_journal_is_mended_or_refused(chance: Random) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "j"
        other = Path(folder) / "other"
        for each, logs in ((path, LINES), (other, LINES[::-1])):
            Journal(each).append_logs(logs)
        mutation = mutated(path.read_bytes(), other.read_bytes(), chance)
        path.write_bytes(mutation)
        with suppress(CorruptFileError):
            # The beginning of another sound journal is that journal.
            found = Journal(path).read_logs(0)
            assert found == LINES or found == LINES[::-1][: len(found)]
        path.write_bytes(mutation)
        copy_of(path).unlink(missing_ok=True)
        found = Journal(path, readonly=True).read_logs(0)
        assert found in (LINES[: len(found)], LINES[::-1][: len(found)])


def test_optuna_passes_over_the_checksums_and_may_add_lines_of_its_own(path: Path) -> None:
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    ours = optuna.create_study(storage=JournalStorage(Journal(path)), study_name="s")
    ours.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    own = JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))
    theirs = optuna.load_study(study_name="s", storage=own)
    theirs.set_user_attr("note", "a line without a checksum")
    ours.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    assert len(theirs.trials) == 4
    assert ours.user_attrs == {"note": "a line without a checksum"}
    assert optuna.load_study(study_name="s", storage=JournalStorage(Journal(path))).trials == theirs.trials


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
