from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from gansearch.errors import (
    StudyError,
)
from gansearch.records import Decision, End, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.seeds import trial_seed

Space = Callable[..., SearchSpace]


def directions(study: Study) -> list[str]:
    reader = study._reader
    return [direction.name for direction in reader.database.optuna.get_study_directions(reader.study_id)]


def test_an_assignment_says_everything_about_its_trial(small_space: Space, folder: Storage) -> None:
    space = small_space()
    with Study.create(space, name="s", storage=folder, seed=5) as study:
        first, second = study.ask(), study.ask()
    assert first is not None
    assert second is not None
    assert (first.identity, second.identity) == (TrialIdentity("s", 0), TrialIdentity("s", 1))
    assert (first.seed, first.attempt) == (trial_seed(5, 0, None), 0)
    assert first.settings == space.settings(first.parameters)
    assert first.settings["generator.layers"] == first.parameters["generator.layers"]
    assert first.parameters != second.parameters


def test_conditional_parameters_are_asked_for_only_where_they_count(
    small_space: Space, folder: Storage, runner: Any
) -> None:
    with Study.create(small_space({"plan.trials": 30}), name="s", storage=folder, seed=1) as study:
        done = runner(study).drain()
    smoothed = [each for each in done if each.parameters["tricks.label_smoothing.enabled"]]
    assert 0 < len(smoothed) < len(done)
    for each in done:
        assert ("tricks.label_smoothing.real" in each.parameters) == (each in smoothed)
        assert ("tricks.r1_penalty.gamma" in each.parameters) == (
            each.settings["tricks.gradient_penalty"] == "r1_penalty"
        )


def test_the_queue_comes_first_and_once(small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space(
        {
            "plan.trials": 4,
            "plan.enqueue": ["defaults", {"generator.layers": 5, "optimizer.generator.lr": 0.01}],
        }
    )
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        done = runner(study).drain(1)
    with Study.open("s", folder) as study:
        done += runner(study).drain()
    assert [dict(each.parameters) for each in done[:2]] == [dict(point) for point in space.plan.enqueue]
    assert [each.identity.number for each in done] == [0, 1, 2, 3]
    assert done[0].parameters == space.default_parameters()


def test_a_trial_that_was_queued_and_never_started_is_started(small_space: Space, folder: Storage) -> None:
    space = small_space({"plan.enqueue": ["defaults"]})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        study._trials._starter._queue.put_next()
    with Study.open("s", folder) as study:
        assert study.status().counts == {"waiting": 1}
        first, second = study.ask(), study.ask()
    assert first is not None
    assert second is not None
    assert first.parameters == space.default_parameters() != second.parameters


def test_the_plan_ends_after_its_trials(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space({"plan.trials": 3}), name="s", storage=folder, seed=1) as study:
        assert len(runner(study).drain()) == 3
        assert study.ask() is None
        study.extend(trials=2)
        assert len(runner(study).drain()) == 2
    with Study.open("s", folder) as study:
        assert study.ask() is None
        assert study.status().trials_wanted == 5
        study.extend(trials=1)
        assert len(runner(study).drain()) == 1


def test_only_a_number_of_trials_can_be_extended(small_space: Space, grid_space: Space, folder: Storage) -> None:
    grid = Study.create(grid_space(), name="g", storage=folder.folder("g"), seed=1)
    with grid, pytest.raises(StudyError, match="the plan of 'g' has no number of trials to which 3 could be added"):
        grid.extend(trials=3)
    search = Study.create(small_space(), name="s", storage=folder, seed=1)
    with search, pytest.raises(StudyError, match="must be at least 0; got -1"):
        search.extend(trials=-1)


# --- values and rungs -----------------------------------------------------------------------------------------------


def test_a_trial_is_worth_the_mean_of_its_last_three(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        assignment = study.ask()
        for epoch, value in enumerate((9.0, 1.0, 3.0, 5.0, 4.0), start=1):
            assert runner(study).report(assignment, epoch, value) is Decision.CONTINUE
        runner(study).end(assignment, End.COMPLETED, epoch=5)
        (row,) = study.trials()
    assert row.values == (4.0,)
    assert row.intermediate == {1: 9.0, 2: 1.0, 3: 3.0, 4: 5.0, 5: 4.0}


def test_a_second_report_of_an_epoch_and_the_final_protocol_change_no_rung(
    small_space: Space, folder: Storage, runner: Any
) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        assignment = study.ask()
        runner(study).report(assignment, 1, 3.0)
        runner(study).report(assignment, 1, 7.0)
        runner(study).report(assignment, 9, 100.0, final=True)
        runner(study).end(assignment, End.COMPLETED, epoch=9)
        (row,) = study.trials()
    assert (row.intermediate, row.values) == ({1: 3.0}, (3.0,))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_rung_that_is_not_finite_is_never_told(
    small_space: Space, folder: Storage, runner: Any, value: float
) -> None:
    space = small_space({"plan.pruner": "median", "plan.objective.value": "last"})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        assignment = study.ask()
        assert runner(study).report(assignment, 1, value) is Decision.CONTINUE
        assert runner(study).report(assignment, 2, 1.0) is Decision.CONTINUE
        runner(study).end(assignment, End.COMPLETED, epoch=2)
        (row,) = study.trials()
    assert (row.intermediate, row.values) == ({2: 1.0}, (1.0,))


def test_directions_are_those_of_the_objectives(small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({"plan.objective.direction": "maximize", "plan.trials": 3})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        for value in (1.0, 3.0, 2.0):
            assignment = study.ask()
            runner(study).report(assignment, 1, value)
            runner(study).end(assignment, End.COMPLETED, epoch=1)
        best = study.status().best
        assert best is not None
        assert (best.value, best.number) == (3.0, 1)
        assert [each.identity.number for each in study.best_assignments(2)] == [1, 2]
        assert directions(study) == ["MAXIMIZE"]


def test_several_objectives_are_told_and_never_reported(small_space: Space, folder: Storage, runner: Any) -> None:
    objectives = [{"metric": "sample_spread", "value": "last"}, {"metric": "sample_spread", "value": "best"}]
    with Study.create(small_space({"plan.objective": objectives}), name="s", storage=folder, seed=1) as study:
        assignment = study.ask()
        for epoch, value in enumerate((5.0, 9.0, 2.0), start=1):
            runner(study).report(assignment, epoch, value)
        runner(study).end(assignment, End.COMPLETED, epoch=3)
        (row,) = study.trials()
    assert (row.values, row.intermediate) == ((2.0, 9.0), {})


def test_the_metric_of_the_objective_must_be_measured(small_space: Space, folder: Storage, runner: Any) -> None:
    study = Study.create(small_space(), name="s", storage=folder, seed=1)
    with study, pytest.raises(StudyError, match="the objective 'sample_spread' must be measured"):
        runner(study).report(study.ask(), 1, 1.0, metric="something_else")


def test_a_bad_trial_is_pruned_and_a_trained_one_never(small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({"plan.pruner": {"name": "median", "n_startup_trials": 1}})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        play = runner(study)
        good, bad = study.ask(), study.ask()
        for epoch in range(1, 10):
            play.report(good, epoch, 1.0)
        play.end(good, End.COMPLETED, epoch=9)
        assert play.report(bad, 8, 5.0) is Decision.PRUNE
        assert play.report(bad, 9, 5.0) is Decision.PRUNE
        play.end(bad, End.PRUNED, epoch=9)
        late = study.ask()
        assert play.report(late, 9, 5.0) is Decision.CONTINUE
        play.end(late, End.COMPLETED, epoch=9)
        assert study.status().counts == {"completed": 2, "pruned": 1}


def test_a_spared_trial_is_not_pruned(small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({"plan.pruner": {"name": "median", "n_startup_trials": 1}})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        play = runner(study)
        good, bad = study.ask(), study.ask()
        for epoch in range(1, 10):
            play.report(good, epoch, 1.0)
        play.end(good, End.COMPLETED, epoch=9)
        assert play.report(bad, 7, 5.0, is_spared=True) is Decision.CONTINUE
        assert play.report(bad, 8, 5.0, is_spared=True) is Decision.CONTINUE
        play.end(bad, End.COMPLETED, epoch=9)
        assert study.status().counts == {"completed": 2}
