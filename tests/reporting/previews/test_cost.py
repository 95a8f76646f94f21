"""What a plan costs, by its runs and what they take."""

from __future__ import annotations

import pytest

from gansearch.reporting.previews.cost import Cost, Steps, cost, steps_of, workers_here
from gansearch.reporting.previews.planned_runs import PlannedRuns
from gansearch.reporting.previews.timing import Timing
from gansearch.space.plan import Budget, Resources

RUNS = PlannedRuns("search", 100, 1, None, 100, (20, 20), 4.0, "tpe", "none", (), {})
TIMING = Timing("measured", 0.01, (0.01, 0.01), 4, evaluation_s=0.5, final_s=0.0)
STEPS = Steps(3400, 3400, 3400.0)


def told(runs: PlannedRuns = RUNS, budget: Budget = Budget(), workers: int = 5) -> Cost:  # noqa: B008 - frozen
    return cost(runs, STEPS, TIMING, Resources(cpu=2, gpu=0.5), budget, workers=workers, stops=False)


def test_hours_are_of_what_runs_ask_for() -> None:
    found = told()
    assert found.run_s == pytest.approx(36.0, abs=1e-12)
    assert found.cpu_hours == pytest.approx(2.0, abs=1e-12)
    assert found.gpu_hours == pytest.approx(0.5, abs=1e-12)
    assert found.wall_s == pytest.approx(720.0, abs=1e-9)
    assert (found.money, found.is_upper_bound) == (None, False)


def test_no_faster_than_one_pack() -> None:
    assert told(workers=1000).wall_s == pytest.approx(144.0, abs=1e-9)


def test_money_and_bounds() -> None:
    found = told(budget=Budget(cost_per_gpu_hour=3.0, cost=1.0))
    assert found.money == pytest.approx(1.5, abs=1e-12)
    assert found.is_upper_bound


def test_without_a_bound_only_a_run_is_told() -> None:
    endless = PlannedRuns("search", None, 1, None, None, (20, 20), 4.0, "tpe", "median", (), {})
    found = told(endless)
    assert (found.cpu_hours, found.gpu_hours, found.wall_s, found.money) == (None, None, None, None)
    assert found.run_s > 0


def test_workers_of_this_machine() -> None:
    assert workers_here(Resources(concurrent=7)) == 7
    assert workers_here(Resources(cpu=10_000)) == 1
    assert workers_here(Resources(cpu=0.5)) >= 2


def test_steps_are_weighed_by_runs() -> None:
    assert steps_of([(100, 1.0), (400, 2.0)]) == Steps(100, 400, 300.0)
