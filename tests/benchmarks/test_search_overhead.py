"""What a search costs beside training: the arithmetic, the space, and a quick run."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import benchmarks.peers
from benchmarks.fresh_process import fresh_folder, python
from benchmarks.ring_search import space_of
from benchmarks.search_overhead import (
    LANES,
    OVERHEAD,
    RESULTS,
    RUNS,
    SLOTS,
    Search,
    main,
    overhead_ms,
    overhead_rows,
    run_row,
    searches,
)
from benchmarks.timed_search import Stopwatch

PARTS = {"wall_s": 10.0, "training_s": 4.0, "ray_s": 8.0, "end_s": 1.0, "results": 400}


def test_training_is_shared_by_the_slots() -> None:
    assert overhead_ms(PARTS, 40) == pytest.approx((10 - 4 / SLOTS) / 40 * 1000)


def test_the_peer_trains_nothing() -> None:
    assert overhead_ms({"wall_s": 10.0}, 40) == pytest.approx(250)


def test_a_round_has_both_sides_and_both_lengths() -> None:
    planned = searches([40, 400], 40)

    assert [(each.name, each.trials, each.most_ms) for each in planned] == [
        ("ours, K = 1", 40, 130.0),
        (f"ours, K = {LANES}", 40, 20.0),
        ("peer", 40, None),
        ("ours, K = 1", 400, 80.0),
        (f"ours, K = {LANES}", 400, 20.0),
        ("ours, K = 1, tpe", 400, None),
    ]


def test_a_target_holds_within_its_bound_and_five_times_below_the_peer() -> None:
    ours, packs, peer = Search("ours", 40, most_ms=130.0), Search("ours", 40, 10, most_ms=20.0), Search("peer", 40)
    rows = overhead_rows({ours: [90.0, 110.0, 100.0], packs: [21.0], peer: [500.0]})

    assert [row["holds"] for row in rows] == [True, False, None]
    assert [row["peer / ours"] for row in rows] == [5.0, pytest.approx(500 / 21), None]
    assert rows[0]["least and most"] == "90-110"
    assert [row["holds"] for row in overhead_rows({ours: [100.0], peer: [499.0]})] == [False, None]
    assert [row["holds"] for row in overhead_rows({ours: [100.0]})] == [True]


def test_a_run_shows_what_stands_beside_the_wall() -> None:
    row = run_row(Search("ours", 40), {**PARTS, "ask_s": 0.4, "before_s": 2.0, "drain_s": 0.5})

    assert row["ms a trial"] == pytest.approx(200)
    assert row["asking, ms a trial"] == pytest.approx(10)
    assert (row["Ray's start"], row["Ray's end"], row["MLflow's drain"], row["before"]) == (8.0, 1.0, 0.5, 2.0)


@pytest.mark.parametrize("name", ["idle_search", "sleeping_search"])
def test_the_peers_know_nothing_of_this_project(name: str) -> None:
    tree = ast.parse((Path(benchmarks.peers.__path__[0]) / f"{name}.py").read_text(encoding="utf-8"))
    imported = [each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    imported += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    standard = {"__future__", "json", "pathlib", "sys", "time", "typing"}
    assert {each.split(".")[0] for each in imported} <= {*standard, "optuna", "ray"}


def test_every_trial_has_ten_results_in_either_kind_of_pack() -> None:
    space = space_of(40, LANES, "tpe")

    assert (space.plan.trials, space.resources.lanes, space.plan.sampler["name"]) == (40, LANES, "tpe")
    assert space.fixed["training.epochs"] == RESULTS * int(space.fixed["training.evaluate_every"] or 0)
    assert (space.resources.cpu, space.resources.concurrent) == (1, SLOTS)
    assert 40 % (LANES * SLOTS) == 0


def test_a_stopwatch_knows_when_it_first_ran() -> None:
    watch = Stopwatch()
    twice = watch.over("twice", lambda number: 2 * number)

    assert (twice(2), twice(number=3)) == (4, 6)
    assert set(watch.seconds) == set(watch.first) == {"twice"}
    assert 0 < watch.seconds["twice"] < 1


def test_what_fails_is_shown(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"failed:\n(.|\n)*no such thing"):
        python(["-c", "raise SystemExit('no such thing')"], tmp_path)


def test_a_fresh_folder_is_removed() -> None:
    with fresh_folder() as folder:
        assert len(str(folder)) < 30
        (folder / "file").touch()
    assert not folder.exists()


@pytest.mark.verify(seconds=220)
def test_a_quick_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "overhead.json"
    main(["--quick", "--only", f"ours, K = {LANES}", "peer", "--json", str(path)])
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]

    assert [row["search"] for row in tables[OVERHEAD]] == [f"ours, K = {LANES}", "peer"]
    assert all(row["results"] == RESULTS * row["trials"] for row in tables[RUNS])
    assert all(0 < row["Ray's start"] < 300 for row in tables[RUNS])
    assert OVERHEAD in capsys.readouterr().out
