"""``gansearch plan``: what it shows before anything starts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_runs_and_what_they_can_show(run: Run, rings: Path, gansearch_home: Path) -> None:
    ended = run("plan", str(rings), "--no-measure", "--trials", "7")
    assert ended.status == 0
    assert "trials           7\n" in ended.out
    assert "steps of a run   40\n" in ended.out
    assert "the best configuration, confirmed on fresh seeds  8 v 20" in ended.out
    assert "note: Nothing was measured" in ended.out
    assert not (gansearch_home / "studies").exists()


def test_as_json(run: Run, rings: Path) -> None:
    said = json.loads(run("plan", str(rings), "--json", "--set", "resources.lanes=1", "--workers", "3").out)
    assert (said["runs"]["runs"], said["steps"]["mean"]) == (4, 40)
    assert said["cost"]["workers"] == 3
    assert said["cost"]["timing"]["step_s"] > 0
    assert said["spread"]["source"].startswith("stored nulls")


def test_a_study_that_is_not_there(run: Run, rings: Path) -> None:
    ended = run("plan", str(rings), "--like", "nobody")
    assert ended.status == 1
    assert "nobody" in ended.err


@pytest.mark.parametrize("option", [["--json"], ["--no-measure"], ["--workers", "2"], ["--like", "x"]])
def test_a_list_shows_nothing(run: Run, rings: Path, tmp_path: Path, option: list[str]) -> None:
    ended = run("plan", str(rings), "--out", str(tmp_path / "spec.json"), *option)
    assert ended.status == 2
    assert not (tmp_path / "spec.json").exists()
