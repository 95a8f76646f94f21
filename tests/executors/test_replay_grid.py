"""A corpus as a search space: complete, with the values that were recorded and no others."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from gansearch.dimensions import Choice
from gansearch.errors import ExecutorError, SpaceError
from gansearch.executors.replay.recorded_grid import RecordedGrid, run_value
from gansearch.executors.replay.replay_space import replay_space
from gansearch.space.plan import Objective
from gansearch.testing.recorded_grids import CHOICES, recorded_grid, recorded_run

DISTANCE = Objective("frechet_distance")


def test_every_recorded_value_can_be_chosen_and_no_other() -> None:
    runs = recorded_grid()
    random.Random(1).shuffle(runs)
    space = replay_space(RecordedGrid.of(runs), {"plan.trials": 5})

    assert {each.path: each.dimension for each in space.parameters} == {
        path: Choice(tuple(values)) for path, values in CHOICES.items()
    }
    assert space.fixed["training.epochs"] == 9
    assert space.fixed["generator.width"] == 64
    assert not set(space.fixed) & set(CHOICES)


def test_a_missing_combination_is_named() -> None:
    runs = [run for run in recorded_grid() if run.number != 7]
    with pytest.raises(
        ExecutorError,
        match=r"18 in all; the corpus has 17, and lacks generator.layers = 3, optimizer.generator.lr = 0.0001, "
        r"tricks.ema.enabled = true",
    ):
        RecordedGrid.of(runs)


def test_runs_must_have_the_same_parameters() -> None:
    runs = [*recorded_grid(), recorded_run({"generator.layers": 2}, 99)]
    with pytest.raises(ExecutorError, match=r"must have the same parameters, .*; grid-99 has generator.layers$"):
        RecordedGrid.of(runs)


def test_of_several_studies_one_must_be_named() -> None:
    runs = recorded_grid()
    others = [replace(run, study="other") for run in runs]
    with pytest.raises(ExecutorError, match="has grid, other: name one with --study"):
        RecordedGrid.of([*runs, *others])
    with pytest.raises(ExecutorError, match="must have runs of the study 'third'; it has grid, other"):
        RecordedGrid.of([*runs, *others], "third")
    assert len(RecordedGrid.of([*runs, *others], "other").cells) == 18


def test_numbers_and_switches_of_equal_value_are_told_apart() -> None:
    runs = [recorded_run({"a.b": value}, number) for number, value in enumerate([1, 1.0, True])]
    grid = RecordedGrid.of(runs)

    assert [grid({"a.b": value}, 0).number for value in (1, 1.0, True)] == [0, 1, 2]


def test_of_a_combination_that_was_run_several_times_the_seed_draws_one() -> None:
    runs = [recorded_run({"a.b": 1}, number, floor=10.0 * number) for number in range(3)]
    grid = RecordedGrid.of(runs)

    assert {grid({"a.b": 1}, seed).number for seed in range(3)} == {0, 1, 2}
    assert grid.value({"a.b": 1}, DISTANCE) == pytest.approx(10 + run_value(runs[0], DISTANCE))


def test_a_combination_of_which_a_run_diverged_is_infinitely_bad() -> None:
    runs = [recorded_run({"a.b": 1}, 0), recorded_run({"a.b": 1}, 1, diverges_at=250)]
    assert RecordedGrid.of(runs).value({"a.b": 1}, DISTANCE) == math.inf
    assert RecordedGrid.of(runs).value({"a.b": 1}, replace(DISTANCE, direction="maximize")) == -math.inf
    with pytest.raises(ExecutorError, match="must have a finite frechet_distance; none has"):
        RecordedGrid.of(runs).best(DISTANCE)


def test_an_objective_must_be_recorded() -> None:
    with pytest.raises(ExecutorError, match=r"'fid' must be recorded; grid-0 has .*frechet_distance"):
        RecordedGrid.of(recorded_grid()).best(Objective("fid"))


def test_only_plan_and_detectors_can_be_changed() -> None:
    grid = RecordedGrid.of(recorded_grid())
    with pytest.raises(ExecutorError, match=r"can change plan and detectors, .*got 'generator.width'"):
        replay_space(grid, {"plan.trials": 5, "generator.width": 3})
    with pytest.raises(ExecutorError, match=r"must be a search .*; got plan.kind 'grid'"):
        replay_space(grid, {"plan.kind": "grid", "plan.trials": 5})
    with pytest.raises(SpaceError, match="must have trials"):
        replay_space(grid, {})
    with pytest.raises(SpaceError, match="did you mean 'hyperband'"):
        replay_space(grid, {"plan.trials": 5, "plan.pruner": "hyperbnad"})


def test_a_pruner_knows_how_long_runs_were() -> None:
    space = replay_space(RecordedGrid.of(recorded_grid()), {"plan.trials": 5, "plan.pruner": "hyperband"})
    assert space.plan.pruner["max_resource"] == 9
