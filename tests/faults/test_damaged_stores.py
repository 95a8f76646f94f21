"""A damaged journal, and a damaged store of MLflow: said in a sentence; what is whole is read; nothing is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import gansearch
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.space import parse_space
from gansearch.storage.home import study_dir
from gansearch.tracking import default_uri
from gansearch.tracking.location import sqlite_file

RINGS = """
name: rings
dataset: {name: ring, train_samples: 320, test_samples: 1000}
generator: {layers: 2, width: 16, latent_size: 4}
discriminator: {layers: 2, width: 16, dropout: {choice: [0.0, 0.3]}}
training: {batch_size: 32, epochs: 2, evaluate_every: 1}
resources: {lanes: 1}
plan: {kind: grid, objective: {metric: frechet_distance}}
detectors: {mode: shadow}
"""

pytestmark = [pytest.mark.verify(seconds=40), pytest.mark.timeout(900)]  # several processes one after the other


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    status: int
    out: str
    err: str


def run(*arguments: str) -> Ended:
    """Calls ``gansearch ARGUMENTS`` as a user does."""
    done = subprocess.run(
        [sys.executable, "-m", "gansearch.cli", *arguments],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def journal() -> Path:
    """The journal of a study of two trials that has ended."""
    launch(parse_space(RINGS, "rings.yaml"), LaunchOptions(executor="local"))
    return study_dir("rings") / "study.journal"


def damage(journal: Path) -> int:
    """Change the number of the trial on a line in the middle, which stays JSON; the line's number."""
    lines = journal.read_bytes().splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if at > len(lines) // 2 and b'"trial_id":' in line)
    lines[at] = lines[at].replace(b'"trial_id":0', b'"trial_id":9').replace(b'"trial_id":1', b'"trial_id":0')
    journal.write_bytes(b"".join(lines))
    return at + 1


def test_a_damaged_journal_without_a_copy_is_read_up_to_the_damage_and_never_gone_on_with(journal: Path) -> None:
    copy = journal.with_name("study.journal.copy")
    whole, kept = journal.read_bytes(), copy.read_bytes()
    copy.unlink()
    line = damage(journal)
    for command in (("status", "rings"), ("report", "rings")):
        ended = run(*command)
        assert (ended.status, f"study.journal is damaged: line {line} " in ended.err) == (0, True), ended.err
    assert len(gansearch.load_study("rings").trials) in (1, 2)
    damaged = journal.read_bytes()
    ended = run("resume", "rings", "--executor", "local")
    assert ended.status == 1
    assert f"study.journal is damaged: line {line} must have the checksum " in ended.err
    assert "put a backup of the file in its place" in ended.err
    assert (journal.read_bytes(), copy.exists()) == (damaged, False)
    journal.write_bytes(whole)
    assert run("resume", "rings", "--executor", "local").status == 0
    assert copy.read_bytes().startswith(kept)


@pytest.mark.parametrize("harm", ["a digit", "deleted"])  # tests/study/test_journal.py does it in more ways
def test_a_journal_is_mended_from_its_copy(journal: Path, harm: str) -> None:
    whole = journal.read_bytes()
    trials = gansearch.load_study("rings").trials
    if harm == "deleted":
        journal.unlink()
    else:
        damage(journal)
    ended = run("status", "rings")
    assert ended.status == 0
    assert "its copy is read instead" in ended.err
    assert "2 completed" in ended.out
    ended = run("resume", "rings", "--executor", "local")
    assert (ended.status, "has been mended from its copy" in ended.err) == (0, True), ended.err
    assert journal.read_bytes().startswith(whole)
    assert gansearch.load_study("rings").trials.equals(trials)


def test_a_damaged_store_of_mlflow_keeps_nothing_but_its_pages(journal: Path) -> None:
    store = sqlite_file(default_uri())
    assert store is not None
    store.write_bytes(b"no database at all " * 500)
    assert run("status", "rings").status == 0
    assert run("report", "rings").status == 0
    ended = run("ui", "--port", "1")
    assert ended.status == 1
    assert f"MLflow's store {store} cannot be read" in ended.err
    assert "gansearch track NAME --rebuild" in ended.err
    space = study_dir("rings") / "space.yaml"
    again = shutil.copy(space, store.parent / "again.yaml")
    ended = run("launch", str(again), "--name", "again", "--executor", "local")
    assert (ended.status, "is damaged" in ended.err) == (0, True), ended.err
    store.unlink()
    assert run("track", "rings", "--rebuild").status == 0
