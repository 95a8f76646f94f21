"""What signals cost: a quick run, and that the side without them trains the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from benchmarks.cases import MlpCase
from benchmarks.sides import Setting, ours
from benchmarks.signal_costs import CHECKS, TABLE, blinded, main


def test_without_signals_the_networks_train_to_the_same_bits() -> None:
    case = MlpCase(width=16, batch_size=16)
    seeing, blind = ours(case, 10, 1, Setting()), blinded(ours(case, 10, 1, Setting()))
    for pack in (seeing, blind):
        pack.train_epoch()
    ours_, theirs = seeing._training.tensors(), blind._training.tensors()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours_.items())
    assert (blind._program.signals.read().values == 0).all()


def test_a_quick_run_writes_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "costs.json"
    main(["--quick", "--only", "ring", "--json", str(path)])
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]
    assert [row["lanes"] for row in tables[TABLE]] == [2]
    assert all(row["with ms"] > 0 and row["without ms"] > 0 for row in tables[TABLE])
    assert all(0 < row["ms a check"] < 1000 for row in tables[CHECKS])
    assert "signals take" in capsys.readouterr().out
