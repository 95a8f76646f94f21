"""Metrics beside their peers, published figures and costs: a quick run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.metric_costs import SUMS
from benchmarks.metrics import COST, FIGURES, FULL, PEERS, main


def test_the_full_run_is_that_of_the_protocol() -> None:
    assert FULL.samples == {"rung": 1_000, "end": 10_000}
    assert FULL.normal == (10_000, 1_000)
    assert FULL.rounds >= 5


@pytest.mark.verify
def test_a_quick_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "metrics.json"
    main(["--quick", "--json", str(path)])
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]

    assert {row["metric"] for row in tables[PEERS]} > {"frechet_distance", "kernel_distance", "precision", "ms_ssim"}
    assert all(0 <= row["differ by"] < 1e-4 for row in tables[PEERS])
    ring, equal, of_mnist = tables[FIGURES][-3:]
    assert [row["holds"] for row in (ring, equal, of_mnist)] == [True, True, True]
    assert tables[FIGURES][0]["ours"] is None  # no folder of MNIST is named
    assert [row["metric"] for row in tables[COST][-len(SUMS) :]] == list(SUMS)
    assert all(0 < tables[COST][-len(SUMS)][column] < 100 for column in list(tables[COST][0])[1:])
    assert COST in capsys.readouterr().out


def test_only_some_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "metrics.json"
    main(["--quick", "--only", "published", "--json", str(path)])

    assert set(json.loads(path.read_text(encoding="utf-8"))["tables"]) == {FIGURES}
    assert PEERS not in capsys.readouterr().out
