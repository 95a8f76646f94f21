"""One trial on one thread: its tables, and a quick run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.cases import DcganCase, MlpCase
from benchmarks.step_cpu import PARTS, TIMES, Plan, by_part, main, plans, times
from benchmarks.table import Row


def test_the_full_run_has_every_case_with_whole_tens_of_steps() -> None:
    planned = plans(quick=False)

    assert [plan.case for plan in planned] == [
        MlpCase(),
        MlpCase(dropout=0.0),
        DcganCase(filters=16),
        DcganCase(filters=64),
    ]
    assert all(plan.steps % 10 == 0 and plan.rounds >= 5 for plan in planned)


def test_a_row_holds_together() -> None:
    row = times(Plan(MlpCase(width=16, batch_size=16), 10, 3))
    numbers = {name: value for name, value in row.items() if isinstance(value, float)}

    assert row["case"] == "mlp 16, dropout 0.3"
    assert 0 < numbers["products ms"] < numbers["plain ms"] < 1000
    assert 0 < numbers["share of bound"] < 1
    assert 0.2 < numbers["plain / ours"] < 20
    assert 0 <= numbers["losses differ by"] < 1e-9


def test_the_printed_parts_have_a_column_for_every_case() -> None:
    rows: list[Row] = [
        {"case": "a", "part": "products", "ms a step": 1.0, "share": 0.5},
        {"case": "a", "part": "signals", "ms a step": 0.5, "share": 0.25},
        {"case": "b", "part": "products", "ms a step": 2.0, "share": 1.0},
    ]

    assert by_part(rows) == [
        {"part": "products", "a": "1.00 (50%)", "b": "2.00 (100%)"},
        {"part": "signals", "a": "0.50 (25%)"},
    ]


@pytest.mark.verify
def test_a_quick_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "step.json"
    main(["--quick", "--only", "mlp 256, dropout 0.3", "--json", str(path)])
    found = json.loads(path.read_text(encoding="utf-8"))
    (row,) = found["tables"][TIMES]
    parts = found["tables"][PARTS]

    assert found["machine"]["threads"] == 1
    assert row["losses differ by"] < 1e-9
    assert row["gflop"] == pytest.approx(0.577830912, rel=1e-12)
    assert sum(part["share"] for part in parts) == pytest.approx(1, abs=1e-9)
    assert TIMES in capsys.readouterr().out
