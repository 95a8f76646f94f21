"""Tracking under load: the forms of its tables, and a quick run on SQLite."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks.simulated_trials import Lag, lag_s, metric_names
from benchmarks.tracked_points import Compared, Spot, compare, standings, windows
from benchmarks.tracked_study import Load, Tracked, Window, fresh_home, is_tracked, piece, timed
from benchmarks.tracking_load import FIGURES, SHARE, TARGETS, figures, main, planned_load, share, share_row, targets
from benchmarks.tracking_server import with_processes
from gansearch.curves import Curve
from gansearch.executors.hand_over import TrackingOutcome
from gansearch.executors.own_cluster.processes import Command
from gansearch.records import End, Evaluation, MetricValue, Protocol, TrialEnd
from gansearch.storage.home import home
from gansearch.tracking.thinning import Thinner

LOAD = Load(trials=2, metrics=10, seconds=3, rounds=2, window_s=2)
EQUAL = Compared(expected=100, lost=0, twice=0, different=0, surplus=0)


def tracked(compared: Compared = EQUAL) -> Tracked:
    """22 results whose calls take 1 ms, the last one 3; beside the tracker the driver's work takes 1 ms longer."""
    before = Window(feeds=[1e-3] * 6, reports=[5e-3] * 6, thread_s=0.012)
    at_work = [Window([1e-3] * 4, [6e-3] * 4, [2e-3] * 4), Window([1e-3] * 3 + [3e-3], [6.5e-3] * 4, [2e-3] * 4)]
    waiting = [Window([1e-3] * 4, [5e-3] * 4, [1e-3] * 4) for _ in range(2)]
    by_number = {None: before, 0: at_work[0], 1: waiting[0], 2: waiting[1], 3: at_work[1]}
    lags = [Lag(1.0, (0.5, 1.0)), Lag(2.0, (1.5, 4.0)), Lag(9.0, (20.0, 20.0))]
    return Tracked(by_number, lags, 11.0, TrackingOutcome(0.02, 7.0, (), 0), compared, 2)


def test_the_full_run_is_that_of_the_target() -> None:
    assert planned_load(quick=False, trials=64, metrics=10, seconds=300).seconds == 300
    assert len(metric_names(10)) == len(set(metric_names(10))) == 10
    assert LOAD.epochs == 11
    assert [LOAD.window(epoch) for epoch in (1, 3, 4, 5, 6, 11)] == [None, None, 0, 0, 1, 3]
    assert [is_tracked(window) for window in (None, 0, 1, 2, 3, 4)] == [True, True, False, False, True, True]


def test_figures_are_of_every_result_and_lags_of_the_load_alone() -> None:
    found = figures(LOAD, tracked())

    assert (found["results"], found["results a second"]) == (22, 2.0)
    assert found["blocked ms a result, mean"] == pytest.approx(24 / 22)
    assert (found["blocked ms a result, 99 %"], found["blocked ms a result, worst"]) == (1.0, 3.0)
    assert found["CPU time of the tracker's thread a result, ms"] == pytest.approx(2.0)
    assert (found["lag s, median"], found["lag s, worst"]) == (1.25, 4.0)


def test_the_share_of_the_trackers_thread_is_on_less_off_without_the_calls() -> None:
    kinds = share(tracked().windows)
    row = share_row("driver's own work", *kinds["driver's own work"])

    assert row["tracker at work"] == pytest.approx(5.0)
    assert row["tracker waits"] == pytest.approx(4.0)
    assert row["longer by"] == pytest.approx(1.0)
    assert kinds["a fixed piece of Python"][0].median == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("compared", "longer_ms", "missed"),
    [
        (EQUAL, 0.5, set()),
        (EQUAL, None, set()),
        (EQUAL, 1.5, {"blocked ms a result, whole"}),
        (Compared(100, 1, 0, 0, 0), 0.5, {"lost"}),
        (Compared(100, 0, 2, 0, 0), 0.5, {"duplicates"}),
        (Compared(100, 0, 0, 1, 1), 0.5, {"other than recorded"}),
    ],
)
def test_each_target_is_missed_by_what_it_is_about(
    compared: Compared, longer_ms: float | None, missed: set[str]
) -> None:
    rows = targets(LOAD, figures(LOAD, tracked(compared)), longer_ms)

    assert {row["target"] for row in rows if row["holds"] is False} == missed
    assert len(rows) == 8


def test_points_are_compared_one_by_one() -> None:
    expected: dict[Spot, float] = {("a-0", "epoch", 1): 1.0, ("a-0", "train/d", 2): 0.5, ("a-1", "epoch", 1): 1.0}
    found: list[tuple[Spot, float]] = [(("a-0", "epoch", 1), 1.0), (("a-0", "train/d", 2), 0.5 + 1e-12)]

    assert compare(expected, [*found, (("a-1", "epoch", 1), 1.0)]) == Compared(3, 0, 0, 0, 0)
    wrong: list[tuple[Spot, float]] = [*found, found[0], (("a-0", "epoch", 2), 7.0), (("a-0", "epoch", 1), 1.0 + 1e-12)]
    assert compare(expected, wrong) == Compared(expected=3, lost=1, twice=2, different=1, surplus=1)


@pytest.mark.parametrize("end", [End.COMPLETED, End.PRUNED])
def test_best_values_are_those_at_rungs_and_last_ones_of_whole_runs_alone(end: End) -> None:
    protocol = Protocol("none", "", 1000, 1000, "test")
    rungs = [(10, 5.0, 0.5), (20, math.nan, 0.25), (30, 7.0, 0.75), (40, 4.0, math.inf)]
    evaluations = [
        Evaluation(
            step,
            step // 10,
            "live",
            step == 50,
            tuple(
                MetricValue(name, value, protocol)
                for name, value in (("frechet_distance", distance), ("recall", recall), ("mine", 1.0))
            ),
            0.1,
        )
        for step, distance, recall in [*rungs, (50, 1.0, 1.0)]
    ]
    found = standings(Curve(evaluations=evaluations, end=TrialEnd(end, "It ended.", 50, 5)))

    best = {("best_frechet_distance", 10): 5.0, ("best_frechet_distance", 40): 4.0}
    best |= {("best_recall", 10): 0.5, ("best_recall", 30): 0.75}
    last = {("final_frechet_distance", 40): 4.0, ("final_recall", 40): math.inf, ("final_mine", 40): 1.0}
    assert found == best | (last if end is End.COMPLETED else {})


def test_windows_are_those_of_the_tracker() -> None:
    values = np.random.default_rng(0).normal(size=(1, 50)).astype(np.float32)
    thinner = Thinner(epochs=140)  # of 10 steps each: 7 steps a window
    thinned = [point for start in range(0, 50, 10) for point in thinner.add(start, "d", values[:, start : start + 10])]
    thinned += thinner.rest()

    means = windows(values[0], 7)
    assert list(means) == [7, 14, 21, 28, 35, 42, 49, 50] == [step for step, _ in thinned]
    assert list(means.values()) == pytest.approx([found["d"] for _, found in thinned], rel=1e-12)


def test_lag_is_the_age_of_the_oldest_evaluation_that_is_lacking() -> None:
    assert lag_s([1.0, 2.0, 3.0], 1, 3.5) == 1.5
    assert lag_s([1.0, 2.0, 3.0], 3, 3.5) == 0.0


def test_a_server_of_more_processes() -> None:
    command = Command("mlflow", ["mlflow", "server", "--workers", "1", "-v"], {}, Path("/"), Path("/log"), 1)

    assert with_processes(command, None) == command
    assert list(with_processes(command, 3).arguments) == ["mlflow", "server", "--workers", "3", "-v"]


def test_a_home_for_a_while(gansearch_home: Path) -> None:
    with fresh_home() as folder:
        assert home() == folder
        assert folder.stat().st_mode & 0o777 == 0o711
    assert home() == gansearch_home
    assert not folder.exists()


def test_a_piece_of_work_is_timed() -> None:
    assert 1e-4 < timed(piece) < 1.0


@pytest.mark.verify
def test_a_quick_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tracking_load.json"
    main(["--quick", "--database", "sqlite", "--json", str(path)])
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]

    held = {row["target"]: row["holds"] for row in tables[TARGETS]}
    assert all(held[name] for name in ("results", "runs with their end", "lost", "duplicates", "other than recorded"))
    assert held["blocked ms a result"]
    values = {row["figure"]: row["value"] for row in tables[FIGURES]}
    assert values["results"] == 64
    assert values["points"] > 64 * 13
    assert len(tables[SHARE]) == 2
    assert TARGETS in capsys.readouterr().out
