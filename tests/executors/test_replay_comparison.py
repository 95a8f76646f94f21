"""What replays come to: bests over time, regret, compute, and medians over seeds."""

from __future__ import annotations

import math

import pytest

from gansearch.executors.replay.comparison import Rival, compare, middle
from gansearch.executors.replay.outcome import outcome_of
from gansearch.executors.replay.recorded_grid import RecordedGrid, run_value
from gansearch.executors.replay.simulation import SimulatedRun, Simulation
from gansearch.records import Assignment, End, TrialIdentity
from gansearch.space.plan import Objective
from gansearch.testing.recorded_grids import recorded_grid, recorded_run

DISTANCE = Objective("frechet_distance")


def run_of(grid: RecordedGrid, number: int, ended_s: float, end: End = End.COMPLETED) -> SimulatedRun:
    recorded = grid({"a.b": number}, 0)
    assignment = Assignment(TrialIdentity("s", number), 0, 0, recorded.settings, recorded.parameters)
    value = run_value(recorded, DISTANCE) if end is End.COMPLETED else None
    return SimulatedRun(assignment, ended_s - 3.0, ended_s, recorded.seconds, end, value)


def test_the_best_so_far_falls_and_its_regret_with_it() -> None:
    grid = RecordedGrid.of(
        [recorded_run({"a.b": n}, n, floor=floor) for n, floor in enumerate((30.0, 40.0, 20.0, 15.0))]
    )
    runs = [run_of(grid, 0, 3.0), run_of(grid, 1, 6.0), run_of(grid, 3, 7.0, End.PRUNED), run_of(grid, 2, 9.0)]

    found = outcome_of(Simulation(runs), grid, DISTANCE, wall_s=0.5)

    assert [(best.moment_s, best.trials, round(best.regret, 6)) for best in found.bests] == [
        (3.0, 1, 15.0),
        (9.0, 4, 5.0),
    ]
    assert found.at(2.9) is None
    assert found.at(8.9) == found.after(3) == found.bests[0]
    assert found.at(9.0) == found.after(4) == found.bests[1]
    assert found.ends == {"completed": 3, "pruned": 1}
    assert (found.used_s, found.saved_s, found.simulated_s) == (12.0, 36.0, 9.0)
    assert found.speed == 24.0


def test_the_interval_of_a_median_holds_it_at_least_so_often() -> None:
    for count in range(6, 40):
        found = middle(range(count))
        assert found.low is not None
        rank = int(found.low)
        misses = [2 * sum(math.comb(count, k) for k in range(below + 1)) / 2**count for below in (rank, rank + 1)]
        assert misses[0] <= 0.05 < misses[1]
        assert found.high == count - 1 - rank
    assert (middle([1.0, 2.0, 9.0, 3.0, 4.0]).median, middle(range(5)).low) == (3.0, None)


def test_samplers_are_compared_over_equal_seeds() -> None:
    grid = RecordedGrid.of(recorded_grid())
    rivals = [
        Rival(name, {"plan.trials": 12, "plan.sampler": name, "detectors.mode": mode})
        for name, mode in (("random", "off"), ("tpe", "enforce"))
    ]
    count = 0

    def done() -> None:
        nonlocal count
        count += 1

    found = compare(grid, rivals, seeds=range(3), workers=2, done=done)

    assert count == 6
    assert {name: len(each) for name, each in found.items()} == {"random": 3, "tpe": 3}
    assert all(sum(one.ends.values()) == 12 for each in found.values() for one in each)
    assert all(one.bests[-1].regret >= 0 for each in found.values() for one in each)
    assert all(0 < one.ask_s + one.report_s < one.wall_s for each in found.values() for one in each)
    again = compare(grid, rivals[:1], seeds=range(3), workers=2, done=done)
    assert [one.bests for one in again["random"]] == [one.bests for one in found["random"]]


def test_an_objective_that_was_not_recorded_is_told_before_anything_runs() -> None:
    rival = Rival("a", {"plan.trials": 3, "plan.objective": "{metric: modes_covered, direction: maximize}"})
    with pytest.raises(Exception, match="'modes_covered' must be recorded"):
        compare(RecordedGrid.of(recorded_grid()), [rival], seeds=[0], workers=1, done=lambda: None)
