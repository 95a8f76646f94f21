"""``gansearch cluster`` where nothing is up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_status_says_how_to_start(run: Run) -> None:
    shown = run("cluster", "status")

    assert shown.status == 0
    assert shown.out.startswith("no cluster of this home is up\nnext: gansearch cluster up")


def test_status_as_a_document(run: Run) -> None:
    assert json.loads(run("cluster", "status", "--json").out) == {"parts": [], "up": False}


def test_down_is_quiet_where_nothing_is_up(run: Run) -> None:
    ended = run("cluster", "down")

    assert (ended.status, ended.out, ended.err) == (0, "no cluster of this home is up\n", "")
    assert json.loads(run("cluster", "down", "--json").out) == {"parts": [], "killed": 0, "removed": None}


def test_a_damaged_state_is_told_without_a_traceback(run: Run, gansearch_home: Path) -> None:
    (gansearch_home / "cluster").mkdir(parents=True)
    (gansearch_home / "cluster" / "state.json").write_text("{")

    for asked in ("up", "down", "status"):
        ended = run("cluster", asked)
        assert ended.status == 1
        assert "state.json does not say what was started, at its beginning: Invalid JSON" in ended.err
