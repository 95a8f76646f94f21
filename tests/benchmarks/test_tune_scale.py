"""Sleeping trials: the arithmetic, the load of ours, and a quick run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.sleeping_search import space_in
from benchmarks.tune_scale import OVERHEAD, PUBLISHED, RUNS, SIDES, SLOTS, Load, main, overhead_rows, run_row

LOAD = Load(trials=100, results=2, pause_s=0.5)


def test_what_rays_own_test_allows() -> None:
    best_s = 10_000 / 16

    assert pytest.approx(100 * (800 / best_s - 1)) == PUBLISHED


def test_all_slots_sleep_at_a_time() -> None:
    assert LOAD.best_s == 100 / SLOTS
    assert LOAD.name == "100 trials x 2 x 0.5 s"


def test_overhead_is_over_the_sleep() -> None:
    slow, fast = overhead_rows({"slow": [100.0, 150.0, 75.0], "fast": [52.5]}, LOAD)

    assert (slow["over, %"], slow["ms a trial"], slow["runs"]) == (100.0, 500.0, 3)
    assert fast["over, %"] == pytest.approx(5.0)
    assert fast["ms a trial"] == pytest.approx(25.0)
    row = run_row("fast", LOAD, {"wall_s": 52.5, "ray_s": 3.0, "end_s": 1.0, "results": 200})
    assert row["over, %"] == pytest.approx(5.0)
    assert (row["Ray's start"], row["MLflow's drain"]) == (3.0, None)


def test_ours_sleeps_as_long_as_the_others(tmp_path: Path) -> None:
    space = space_in(tmp_path, {"trials": 7, "results": 3, "pause_s": 0.25})

    assert (space.plan.trials, space.resources.concurrent) == (7, SLOTS)
    assert space.fixed["training.epochs"] == 3
    assert {key.rpartition(".")[2]: value for key, value in space.fixed.items() if "pause_s" in key} == {
        "pause_s": 0.25
    }


@pytest.mark.verify(seconds=140)
def test_a_quick_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "scale.json"
    main(["--quick", "--only", "ours", "Ray Tune, actors", "--json", str(path)])
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]

    sides = ["ours", "Ray Tune, actors reused"]
    assert set(sides) <= set(SIDES)
    assert [row["side"] for row in tables[OVERHEAD]] == [row["side"] for row in tables[RUNS]] == sides
    assert all(row["results"] == 4 and row["wall"] > row["at best"] for row in tables[RUNS])
    assert OVERHEAD in capsys.readouterr().out
