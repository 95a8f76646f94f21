"""``gansearch detectors list`` and ``record``."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gansearch.curves.corpus_files import read_corpus
from gansearch.detectors import detectors
from gansearch.dimensions import declared
from gansearch.executors import recording
from gansearch.records import LaneReport

Run = Callable[..., Any]


@pytest.fixture
def record(run: Run, rings: Path, tmp_path: Path) -> Run:
    """Calls ``gansearch detectors record`` for the small space, in packs of two."""
    return lambda *more: run(
        "detectors", "record", str(rings), "--out", str(tmp_path / "corpus"), "--set", "resources.lanes=2", *more
    )


def test_every_detector_is_listed_with_its_kind_mode_and_fields(run: Run) -> None:
    listed = run("detectors", "list").out
    for cls in detectors:
        assert f"{cls.name}  finds {cls.kind}, {cls.default_mode} by default\n" in listed
        for said in declared(cls).values():
            assert f"    {said.name} = " in listed
    assert max(len(line) for line in listed.splitlines()) <= 80


def test_the_list_as_json(run: Run) -> None:
    found = json.loads(run("detectors", "list", "--json").out)
    assert [each["name"] for each in found] == list(detectors.names())
    said = {each["name"]: each for each in found}["mode_collapse"]
    assert said["kind"] == "mode_collapse"
    assert said["default_mode"] == "enforce"
    assert said["description"].startswith("Fires when samples hardly differ")
    assert "`" not in said["description"]
    assert said["source"]
    spread = next(field for field in said["fields"] if field["name"] == "spread_steps")
    assert spread["unit"] == "steps"
    assert spread["range"] == "{int: [50, 5000], log: true}"


def test_runs_are_recorded(record: Run, tmp_path: Path) -> None:
    ended = record("--trials", "3")
    assert (ended.status, ended.out) == (0, f"3 of 3 runs of rings are in {tmp_path / 'corpus'}\n")
    assert [run.key for run in read_corpus(tmp_path / "corpus")] == ["rings-0", "rings-1", "rings-2"]
    ended = record("--set", "training.epochs=3")
    assert ended.status == 1
    assert "error: a run that was recorded must have the settings that it is planned with: rings-0" in ended.err


def test_what_is_left_when_time_is_up_is_told(record: Run, tmp_path: Path) -> None:
    ended = record("--hours", "0")
    assert ended.status == 0
    assert ended.out.splitlines() == [
        f"0 of 4 runs of rings are in {tmp_path / 'corpus'}",
        "4 left: the same command goes on",
    ]


def test_ctrl_c_ends_it_cleanly_and_the_same_command_goes_on(
    record: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = recording._Parts.take

    def interrupted(parts: recording._Parts, reports: Sequence[LaneReport]) -> None:
        take(parts, reports)
        if any(report.end is not None for report in reports):
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(recording._Parts, "take", interrupted)
        ended = record("--trials", "3", "--set", "resources.lanes=1")
    assert ended.status == 130
    assert "stopping: runs write their checkpoints" in ended.err
    assert ended.out.splitlines() == [
        f"1 of 3 runs of rings are in {tmp_path / 'corpus'}",
        "2 left: the same command goes on",
    ]
    assert record("--trials", "3", "--set", "resources.lanes=1").out.startswith("3 of 3 runs")


def test_who_fails_is_told(record: Run, explosive: Path) -> None:
    ended = record("--trials", "1", "--plugin", str(explosive), "--set", "tricks.explosive.enabled=true")
    assert ended.out.splitlines()[0].startswith("0 of 1 runs")
    assert ended.out.splitlines()[1].startswith("left out: rings-0: failed: ")
    assert "the fuse is lit" in ended.out


def test_two_recorders_share_a_plan(record: Run, tmp_path: Path) -> None:
    assert record("--share", "2/2", "--samples").out.startswith("2 of 2 runs")
    assert record("--share", "1/2").out.startswith("2 of 2 runs")
    runs = read_corpus(tmp_path / "corpus")
    assert [(run.number, run.samples is not None) for run in runs] == [(0, False), (1, True), (2, False), (3, True)]


@pytest.mark.parametrize("share", ["3/2", "0/2", "2", "a/b"])
def test_a_share_that_is_none(share: str, record: Run) -> None:
    ended = record("--share", share)
    assert ended.status == 2
    assert f"must be I/N with I from 1 to N, as 1/2; got {share}" in " ".join(ended.err.replace("│", " ").split())
