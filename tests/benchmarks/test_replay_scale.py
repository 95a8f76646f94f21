"""What a replay costs: a quick run, and what the rows say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.replay_scale import SCALE, SPEED, main


def test_a_quick_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "scale.json"
    main(["--quick", "--json", str(path)])
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]

    assert [(row["search"], row["trials"]) for row in tables[SCALE][:2]] == [
        ("random, none, off", 10),
        ("random, none, off", 20),
    ]
    assert [row["holds"] is None for row in tables[SCALE][:3]] == [True, False, True]
    assert all(row["asking"] > 0 for row in tables[SCALE])
    assert all((row["pruning"] > 0) == ("none" not in row["search"]) for row in tables[SCALE])
    assert len(tables[SPEED]) == 8
    assert all(row["again"] > 0 for row in tables[SPEED])
    assert SPEED in capsys.readouterr().out
