"""Disks that fill up or turn read-only under a study: it says so and stops, and goes on as if nothing had been."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import gansearch
from gansearch.cli import main
from gansearch.curves import Curve, read_curve
from gansearch.records import TrialIdentity
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from tests.faults.small_disk import PAGE, NoSmallDiskError, SmallDisk, small_disk

RINGS = """
name: rings
dataset: {name: ring, train_samples: 640, test_samples: 1000}
generator: {layers: 2, width: 16, latent_size: 4}
discriminator: {layers: 2, width: 16, dropout: {choice: [0.0, 0.3]}}
training: {batch_size: 32, epochs: 4, evaluate_every: 1}
resources: {lanes: 1}
plan: {kind: grid, objective: {metric: frechet_distance}}
detectors: {mode: shadow}
"""
TRIALS = 2
PAGES_LEFT = {"records": 2, "checkpoints": 0, "samples": 1}
"""By folder, what a disk has left as the launch begins."""
MEGABYTE = 2**20

pytestmark = pytest.mark.verify


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]
Disk = Callable[[str, int], SmallDisk]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Calls ``gansearch ARGUMENTS`` in this process; MLflow's store lies on another disk."""

    def call(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gansearch", *arguments])
        with pytest.raises(SystemExit, match=r"^\d+$") as ended:
            main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        assert "Traceback" not in said.err
        return Ended(ended.value.code, said.out, said.err)

    return call


@pytest.fixture
def rings(tmp_path: Path) -> Path:
    path = tmp_path / "rings.yaml"
    path.write_text(RINGS, encoding="utf-8")
    return path


@pytest.fixture
def tracking(tmp_path: Path) -> tuple[str, str]:
    return "--tracking-uri", f"sqlite:///{tmp_path}/mlflow.db"


@pytest.fixture
def disk() -> Iterator[Disk]:
    """Mounts a small disk within the study's folder (``""``: on the folder itself)."""
    with ExitStack() as mounted:

        def mount(folder: str, size: int) -> SmallDisk:
            path = study_dir("rings") / folder
            try:
                found = mounted.enter_context(small_disk(path, size))
            except NoSmallDiskError as error:
                if os.environ.get("CI") or sys.platform != "linux":
                    pytest.fail(f"needs a small disk: {error}")
                pytest.skip(f"needs a small disk: {error}")
            if found.path != path:  # in a namespace of its own, reached through a link
                path.rmdir()
                path.symlink_to(found.path)
            return found

        yield mount


def curves(name: str = "rings") -> list[Curve]:
    storage = Storage(study_dir(name))
    return [Curve.of(read_curve(storage, TrialIdentity(name, number))[0]) for number in range(TRIALS)]


def check_as_undisturbed(run: Run, rings: Path, tracking: tuple[str, str]) -> None:
    """Whether each trial of the study has the curve that it has in a study that nothing happened to."""
    assert run("launch", str(rings), "--name", "whole", "--executor", "local", *tracking).status == 0
    for found, wanted in zip(curves(), curves("whole"), strict=True):
        assert found.end is not None
        assert wanted.end is not None
        assert found.end.end == wanted.end.end
        assert found.signals.keys() == wanted.signals.keys()
        for name, values in wanted.signals.items():
            np.testing.assert_array_equal(values, found.signals[name])
        assert [done.metrics for done in found.evaluations] == [done.metrics for done in wanted.evaluations]


def check_readable(run: Run, *, can_report: bool = True) -> None:
    """Whether everything that only reads still works."""
    assert run("status", "rings").status == 0
    assert len(gansearch.load_study("rings").trials) <= TRIALS
    if can_report:
        assert run("report", "rings").status == 0


@pytest.mark.parametrize("folder", PAGES_LEFT)
def test_a_disk_that_fills_while_trials_write_ends_the_launch_and_loses_nothing(
    run: Run, rings: Path, tracking: tuple[str, str], disk: Disk, folder: str
) -> None:
    small = disk(folder, MEGABYTE)
    small.fill(PAGES_LEFT[folder] * PAGE)
    ended = run("launch", str(rings), "--executor", "local", *tracking)
    assert ended.status == 1
    assert f"studies/rings/{folder}" in ended.err
    assert "cannot be written: the disk is full; free some space and resume" in ended.err
    assert "gansearch resume rings" in ended.err
    check_readable(run)
    assert run("resume", "rings", "--executor", "local", *tracking).status == 1, "the disk is full still"
    small.drain()
    assert run("resume", "rings", "--executor", "local", *tracking).status == 0
    check_as_undisturbed(run, rings, tracking)


def test_a_disk_that_fills_while_the_journal_is_written(
    run: Run, rings: Path, tracking: tuple[str, str], disk: Disk
) -> None:
    small = disk("", MEGABYTE)
    with ExitStack() as others:
        for folder in ("records", "checkpoints", "samples", "report"):
            others.enter_context(small_disk(small.path / folder, 8 * MEGABYTE))
        small.fill(6 * PAGE)
        ended = run("launch", str(rings), "--executor", "local", *tracking)
        assert ended.status == 1
        assert "studies/rings/" in ended.err
        assert "the disk is full; free some space and resume" in ended.err
        check_readable(run)
        small.drain()
        assert run("resume", "rings", "--executor", "local", *tracking).status == 0
        check_as_undisturbed(run, rings, tracking)


@pytest.mark.parametrize("pages", [0, 4])
def test_a_study_that_cannot_be_made_leaves_its_name_free(
    run: Run, rings: Path, tracking: tuple[str, str], disk: Disk, pages: int
) -> None:
    small = disk("", MEGABYTE)
    small.fill(pages * PAGE)
    ended = run("launch", str(rings), "--executor", "local", *tracking)
    assert ended.status == 1
    assert "the disk is full; free some space" in ended.err
    small.drain()
    ended = run("launch", str(rings), "--executor", "local", *tracking)
    if ended.status == 1:
        assert "continue it with: gansearch resume rings" in ended.err
        assert run("resume", "rings", "--executor", "local", *tracking).status == 0
    assert len(gansearch.load_study("rings").trials) == TRIALS


def test_a_report_that_cannot_be_written_costs_only_the_report(
    run: Run, rings: Path, tracking: tuple[str, str], disk: Disk
) -> None:
    small = disk("report", MEGABYTE)
    small.fill()
    ended = run("launch", str(rings), "--executor", "local", *tracking)
    assert ended.status == 1
    assert "studies/rings/report/" in ended.err
    assert "the disk is full" in ended.err
    check_readable(run, can_report=False)
    assert run("report", "rings").status == 1
    small.drain()
    assert run("report", "rings").status == 0
    assert (study_dir("rings") / "report" / "findings.md").exists()
    check_as_undisturbed(run, rings, tracking)


def test_read_only_storage_is_read_and_never_written(
    run: Run, rings: Path, tracking: tuple[str, str], disk: Disk
) -> None:
    small = disk("", 8 * MEGABYTE)
    small.set_writable(False)
    ended = run("launch", str(rings), "--executor", "local", *tracking)
    assert (ended.status, "the file system is read-only" in ended.err) == (1, True)
    small.set_writable(True)
    assert run("launch", str(rings), "--executor", "local", *tracking).status == 0
    small.set_writable(False)
    check_readable(run, can_report=False)
    for command in (("report", "rings"), ("resume", "rings", "--executor", "local", *tracking), ("stop", "rings")):
        ended = run(*command)
        assert (ended.status, "the file system is read-only" in ended.err) == (1, True), command
    small.set_writable(True)
    assert run("resume", "rings", "--executor", "local", *tracking).status == 0
    check_as_undisturbed(run, rings, tracking)
