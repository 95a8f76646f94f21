"""``gansearch plan`` and ``gansearch import``: what they say, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gansearch.trial.runner import STOPPED
from gansearch.trial.runner import main as train
from gansearch.trial.spec_reader import read_spec

Run = Callable[..., Any]


@pytest.fixture
def listed(run: Run, rings: Path, tmp_path: Path) -> Path:
    out = tmp_path / "spec.json"
    run("plan", str(rings), "--out", str(out), "--trials", "3", "--seed", "4", "--set", "training.epochs=3")
    return out


def test_a_space_becomes_a_list(run: Run, rings: Path, tmp_path: Path) -> None:
    out = tmp_path / "spec.json"
    ended = run("plan", str(rings), "--out", str(out), "--name", "mine")
    assert ended.status == 0
    assert ended.out.startswith(f"4 runs of mine in {out}\n")
    assert "python -m gansearch.trial.runner spec.json --out DIR" in ended.out


def test_options_change_the_space(listed: Path) -> None:
    spec = read_spec(listed)
    assert (spec.seed, len(spec.assignments)) == (4, 3)
    assert {each.settings["training.epochs"] for each in spec.assignments} == {3}
    assert spec.space is not None
    assert "changes from the command line" in spec.space


def test_what_depends_on_results_is_refused(run: Run, rings: Path, tmp_path: Path) -> None:
    ended = run("plan", str(rings), "--out", str(tmp_path / "spec.json"), "--set", "plan.sampler=tpe")
    assert ended.status == 1
    assert "--set plan.sampler=random" in ended.err
    assert not (tmp_path / "spec.json").exists()


def test_that_a_runner_does_not_prune_is_told(run: Run, rings: Path, tmp_path: Path) -> None:
    ended = run("plan", str(rings), "--out", str(tmp_path / "spec.json"), "--set", "plan.pruner=median")
    assert ended.status == 0
    assert "the plan's pruner median does not act" in ended.err


def test_a_list_that_cannot_be_written(run: Run, rings: Path, tmp_path: Path) -> None:
    ended = run("plan", str(rings), "--out", str(tmp_path / "nosuch" / "spec.json"))
    assert ended.status == 1
    assert "cannot be written: it does not exist" in ended.err


def test_what_was_not_finished_can_be_imported_and_gone_on_with(run: Run, listed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert train([str(listed), "--out", str(folder), "--stop-after", "0", "--quiet"]) == STOPPED
    ended = run("import", str(folder), "--study", "part")
    assert ended.status == 0
    assert "part: imported: 0 of 3 trials ended" in ended.out
    assert "gansearch resume part" in ended.out
    again = run("import", str(folder), "--study", "part", "--json")
    assert json.loads(again.out)["is_new"] is False


def test_a_folder_of_something_else(run: Run, tmp_path: Path) -> None:
    ended = run("import", str(tmp_path), "--study", "x")
    assert ended.status == 1
    assert ended.err.startswith("error: ")
    assert "it holds no spec.json" in ended.err
