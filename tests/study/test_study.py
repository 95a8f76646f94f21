from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gansearch.errors import (
    CorruptFileError,
    FencedError,
    StudyError,
    StudyExistsError,
    StudyNotFoundError,
)
from gansearch.records import Assignment, Decision, End, LaneReport, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, list_studies, open_readonly, request_stop
from gansearch.study import study as study_module
from gansearch.study.seeds import trial_seed

Space = Callable[..., SearchSpace]


def wants_to_stop(study: Study) -> bool:
    return study.stop_requested


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


# --- replicates -----------------------------------------------------------------------------------------------------


@pytest.fixture
def three(small_space: Space, folder: Storage) -> Any:
    space = small_space({"plan.replicates": 3, "plan.pruner": {"name": "median", "n_startup_trials": 1}})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        yield study


def ask(study: Study, count: int) -> list[Assignment]:
    asked = [study.ask() for _ in range(count)]
    assert None not in asked
    return [assignment for assignment in asked if assignment is not None]


def test_replicates_are_one_trial_with_seeds_of_their_own(three: Study) -> None:
    runs = ask(three, 4)
    assert [str(run.identity) for run in runs] == ["s-0-r0", "s-0-r1", "s-0-r2", "s-1-r0"]
    assert len({run.seed for run in runs}) == 4
    assert runs[0].parameters == runs[1].parameters == runs[2].parameters != runs[3].parameters


def test_a_rung_is_reported_once_all_have_passed_it(three: Study, runner: Any) -> None:
    runs, play = ask(three, 3), runner(three)

    def told() -> dict[int, float]:
        return dict(three.trials()[0].intermediate)

    play.report(runs[0], 1, 1.0)
    play.report(runs[0], 2, 2.0)
    play.report(runs[1], 1, 3.0)
    assert told() == {}
    play.report(runs[2], 1, 8.0)
    assert told() == {1: 4.0}
    play.report(runs[1], 2, 4.0)
    play.end(runs[2], End.COLLAPSED, epoch=1)
    assert told() == {1: 4.0, 2: 3.0}


def test_the_value_is_the_mean_of_those_that_completed(three: Study, runner: Any) -> None:
    runs, play = ask(three, 3), runner(three)
    for run, value in zip(runs, (1.0, 2.0, 30.0), strict=True):
        play.report(run, 1, value)
    play.end(runs[0], End.COMPLETED, epoch=9)
    play.end(runs[2], End.COLLAPSED, epoch=1)
    assert three.status().counts == {"completed": 1, "collapsed": 1, "running": 1}
    play.end(runs[1], End.COMPLETED, epoch=9)
    assert [row.values for row in three.trials()] == [(1.0,), (2.0,), None]
    (frozen,) = three._reader.frozen()
    assert frozen.value == 1.5


def test_the_best_run_is_one_of_the_best_trial(three: Study, runner: Any) -> None:
    play = runner(three)
    for values in ((1.0, 9.0, 9.0), (4.0, 2.0, 3.0)):
        for run, value in zip(ask(three, 3), values, strict=True):
            play.report(run, 9, value)
            play.end(run, End.COMPLETED, epoch=9)
    best = three.status().best
    assert best is not None
    assert (best.number, best.replicate, best.value, best.trial_values) == (1, 1, 2.0, (3.0,))
    assert [str(each.identity) for each in three.best_assignments(4)] == ["s-1-r1", "s-1-r2", "s-1-r0", "s-0-r0"]


def test_pruning_one_trial_prunes_all_its_replicates(three: Study, runner: Any) -> None:
    play = runner(three)
    for run in ask(three, 3):
        for epoch in range(1, 10):
            play.report(run, epoch, 1.0)
        play.end(run, End.COMPLETED, epoch=9)
    bad = ask(three, 3)
    assert [play.report(run, 3, 9.0) for run in bad] == [Decision.CONTINUE, Decision.CONTINUE, Decision.PRUNE]
    assert play.report(bad[0], 4, 9.0) is Decision.PRUNE
    for run in bad:
        play.end(run, End.PRUNED, epoch=4)
    assert three.status().counts == {"completed": 3, "pruned": 3}


def test_wilcoxon_saves_the_replicates_that_need_not_start(small_space: Space, folder: Storage, runner: Any) -> None:
    pruner = {"name": "wilcoxon", "p_threshold": 0.3, "n_startup_steps": 2}
    space = small_space({"plan.replicates": 8, "plan.pruner": pruner, "plan.trials": 2})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        play = runner(study)
        while (run := study.ask()) is not None:
            play.report(run, 1, (1.0 if run.identity.number == 0 else 5.0) + 0.01 * (run.identity.replicate or 0))
            play.end(run, End.COMPLETED, epoch=1)
        rows = study.trials()
    assert [row.end for row in rows[:8]] == [End.COMPLETED] * 8
    saved = [row for row in rows[8:] if row.end is End.PRUNED]
    assert 4 <= len(saved) <= 6
    assert all(row.reason == f"its trial was pruned at rung {7 - len(saved)} before it could start" for row in saved)
    assert rows[8].state == "pruned"


# --- grids ----------------------------------------------------------------------------------------------------------


def test_a_grid_runs_every_combination_once_over_any_number_of_launches(
    grid_space: Space, folder: Storage, runner: Any
) -> None:
    space = grid_space()
    with Study.create(space, name="g", storage=folder, seed=1) as study:
        done = runner(study).drain(2)
        interrupted = study.ask()
        assert interrupted is not None
        study._trials._starter._queue.put_next()
    with Study.open("g", folder) as study:
        done += runner(study).drain()
        assert study.ask() is None
        status = study.status()
    assert [dict(each.parameters) for each in done] == space.grid()
    assert [each.identity.number for each in done] == list(range(6))
    assert (status.counts, status.trials_wanted) == ({"completed": 6}, 6)


def test_a_grid_has_its_replicates(grid_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(grid_space({"plan.replicates": 2}), name="g", storage=folder, seed=1) as study:
        done = runner(study).drain()
    assert len(done) == 12
    assert len({(each.identity.number, each.identity.replicate) for each in done}) == 12


def test_a_search_with_the_grid_sampler_stops_at_its_trials(grid_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(grid_space({"plan.trials": 4}), name="g", storage=folder, seed=1) as study:
        assert len(runner(study).drain()) == 4


# --- budgets and stopping -------------------------------------------------------------------------------------------


def test_the_budget_of_epochs_holds_over_launches(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space({"plan.epochs": 20}), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        assert play.run(study.ask()) is End.COMPLETED
        resting = study.ask()
        play.report(resting, 1, 5.0)
    with Study.open("s", folder) as study:
        play = runner(study)
        again = study.ask()
        assert again is not None
        assert again.attempt == 1
        assert play.run(again, start=2) is End.COMPLETED
        last = study.ask()
        assert play.report(last, 1, 5.0) is Decision.CONTINUE
        assert play.report(last, 2, 5.0) is Decision.STOP
        assert study.budget_spent == "the study's 20 epochs are spent"
        play.end(last, End.BUDGET, epoch=2)
        assert study.ask() is None
        assert study.status().counts == {"completed": 2, "budget": 1}
        assert study.status().epochs == 20


def test_the_budget_of_hours_holds_over_launches(
    small_space: Space, folder: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr("gansearch.study.lease.Lease.active_s", property(lambda _: seconds[0]))
    with Study.create(small_space({"plan.hours": 1.0}), name="s", storage=folder, seed=1) as study:
        seconds[0] = 3000.0
        assert study.ask() is not None
    seconds[0] = 0.0
    with Study.open("s", folder) as study:
        assert study.ask() is not None
        seconds[0] = 601.0
        assert study.budget_spent == "the study's 1 hours are spent"
        assert study.ask() is None
        assert 2999.0 < study.status().elapsed_s < 3002.0


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wish to stop is seen at once."""
    monkeypatch.setattr(study_module, "POLL_S", 0.0)


@pytest.mark.usefixtures("soon")
def test_the_user_stops_a_study_and_resumes_it(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        assignment = study.ask()
        assert play.report(assignment, 1, 1.0) is Decision.CONTINUE
        assert not wants_to_stop(study)
        assert request_stop("s", folder)
        assert wants_to_stop(study)
        assert study.status().is_stopping
        assert play.report(assignment, 2, 1.0) is Decision.STOP
        assert study.ask() is None
        play.end(assignment, End.STOPPED_BY_USER, epoch=2)
        assert study.ask() is None
        assert study.status().counts == {"stopped_by_user": 1}
    with Study.open("s", folder) as study:
        assert not study.stop_requested
        again = study.ask()
    assert again is not None
    assert (again.identity, again.attempt) == (TrialIdentity("s", 0), 1)


@pytest.mark.usefixtures("soon")
def test_discarding_prunes_what_has_not_ended(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space({"plan.replicates": 2}), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        first, _, other = ask(study, 3)
        request_stop("s", folder, discard=True)
        assert play.report(first, 1, 1.0) is Decision.STOP
        play.end(first, End.STOPPED_BY_USER, epoch=1)
        assert other.identity.number == 1
    reader = open_readonly("s", folder)
    assert reader.status().counts == {"pruned": 4}
    assert {row.reason for row in reader.trials()} == {"discarded by the user"}
    assert {row.state for row in reader.trials()} == {"pruned"}
    reader.close()


def test_discarding_without_a_driver(small_space: Space, folder: Storage) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        study.ask()
    assert not request_stop("s", folder)
    with open_readonly("s", folder) as reader:
        assert reader.status().counts == {"running": 1}
    assert not request_stop("s", folder, discard=True)
    with open_readonly("s", folder) as reader:
        assert reader.status().counts == {"pruned": 1}


def test_the_storage_is_asked_once_a_second_whether_to_stop(
    small_space: Space, folder: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        asked: list[int] = []

        def attributes(_: object) -> dict[str, object]:
            asked.append(1)
            return {}

        monkeypatch.setattr(type(study._reader), "attributes", property(attributes))
        study._polled = 0.0
        assert not any(study.stop_requested for _ in range(100))
        assert len(asked) == 1


# --- lost workers ---------------------------------------------------------------------------------------------------


def test_a_lost_worker_s_trial_comes_again_and_its_old_reports_count_no_more(
    small_space: Space, folder: Storage, runner: Any
) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        first = study.ask()
        assert first is not None
        play.report(first, 1, 5.0)
        play.end(first, End.LOST)
        again = study.ask()
        assert again is not None
        assert (again.identity, again.seed, again.parameters) == (first.identity, first.seed, first.parameters)
        assert again.attempt == 1
        assert play.report(first, 2, 99.0) is Decision.PRUNE
        assert play.end(first, End.COMPLETED, epoch=9) is Decision.PRUNE
        with pytest.raises(FencedError, match="attempt 1 has replaced it"):
            folder.check_fence(first.identity, 0)
        assert play.report(again, 1, 5.0) is Decision.CONTINUE
        assert play.run(again, start=2) is End.COMPLETED
        assert play.end(again, End.LOST) is Decision.PRUNE
        (row,) = study.trials()
    assert (row.end, row.attempt, len(row.intermediate)) == (End.COMPLETED, 1, 9)


def test_a_trial_that_is_lost_three_times_has_failed(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        for attempt in range(3):
            assignment = study.ask()
            assert assignment is not None
            assert (assignment.identity.number, assignment.attempt) == (0, attempt)
            runner(study).end(assignment, End.LOST, reason="its worker died")
        (row,) = study.trials()
        following = study.ask()
    assert (row.end, row.state) == (End.FAILED, "fail")
    assert row.reason == "lost 3 times in a row without getting on, the last time because its worker died"
    assert following is not None
    assert following.identity.number == 1


def test_preempted_trials_come_again_without_a_bound(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        for attempt in range(6):
            assignment = study.ask()
            assert assignment is not None
            assert (assignment.identity.number, assignment.attempt) == (0, attempt)
            runner(study).end(assignment, End.PREEMPTED, epoch=2)


def test_a_report_about_nothing_known_is_passed_over(small_space: Space, folder: Storage) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        assert study.report(LaneReport(TrialIdentity("s", 7), 0, 1, 1)) is Decision.PRUNE
        assert study.report(LaneReport(TrialIdentity("s", 0, 3), 0, 1, 1)) is Decision.PRUNE


# --- names, files ---------------------------------------------------------------------------------------------------


def test_a_name_is_taken_once(small_space: Space, folder: Storage) -> None:
    Study.check_free("s", folder)
    Study.create(small_space(), name="s", storage=folder, seed=1).close()
    for make in (Study.check_free, lambda *_: Study.create(small_space(), name="s", storage=folder, seed=1)):
        with pytest.raises(StudyExistsError, match=r"a study called 's' exists already in .*gansearch resume s"):
            make("s", folder)


def test_a_study_that_was_never_made_whole_is_made_anew(small_space: Space, folder: Storage, runner: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gansearch.study.opening.write_space", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError, match="division"):
            Study.create(small_space({"plan.objective.direction": "maximize"}), name="s", storage=folder, seed=1)
    Study.check_free("s", folder)
    with pytest.raises(StudyNotFoundError, match="there is no study 's'"):
        Study.open("s", folder)
    with Study.create(small_space({"plan.trials": 2}), name="s", storage=folder, seed=1) as study:
        assert len(runner(study).drain()) == 2
        assert directions(study) == ["MINIMIZE"]


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x" * 101, "ä"])
def test_a_name_is_a_word(small_space: Space, folder: Storage, name: str) -> None:
    with pytest.raises(StudyError, match="must have at most 100 letters, digits, dots, dashes and underscores; got"):
        Study.create(small_space(), name=name, storage=folder, seed=1)
    assert folder.list() == []


def test_what_does_not_exist_is_not_made_by_looking(folder: Storage) -> None:
    for look in (
        lambda: Study.open("s", folder),
        lambda: open_readonly("s", folder),
        lambda: request_stop("s", folder),
    ):
        with pytest.raises(StudyNotFoundError, match=r"there is no study 's' in .*studies/s"):
            look()
    assert folder.list() == []


def test_the_space_is_kept_and_must_not_change(small_space: Space, folder: Storage) -> None:
    space = small_space({"plan.trials": 7})
    Study.create(space, name="s", storage=folder, seed=3).close()
    with Study.open("s", folder) as study:
        assert study.space.plan == space.plan
        assert study.space.parameters == space.parameters
        assert (study.seed, study.name, len(study.id)) == (3, "s", 32)
    folder.write("space.yaml", folder.read("space.yaml").replace(b"7", b"8"))
    with pytest.raises(CorruptFileError, match=r"space\.yaml has changed since the study was made"):
        Study.open("s", folder)


def test_a_space_must_be_what_its_own_yaml_says(small_space: Space, folder: Storage) -> None:
    from dataclasses import replace

    space = small_space()
    with pytest.raises(StudyError, match="the space 'small' must be what its own YAML says"):
        Study.create(replace(space, plan=replace(space.plan, trials=99)), name="s", storage=folder, seed=1)


def test_studies_are_listed(small_space: Space, tmp_path: Path) -> None:
    studies = Storage(tmp_path / "studies")
    assert list_studies(studies) == []
    for name in ("b", "a"):
        Study.create(small_space(), name=name, storage=studies.folder(name), seed=1).close()
    studies.write("not-a-study/file", b"")
    studies.write("half-made/database", b"journal")
    assert list_studies(studies) == ["a", "b"]


def test_reading_changes_nothing_while_somebody_drives(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        runner(study).drain(2)
        running = study.ask()
        runner(study).report(running, 4, 1.0)
        before = folder.read("study.journal")
        with open_readonly("s", folder) as reader:
            status = reader.status()
            assert reader.trials() == study.trials()
            assert reader.space == study.space
            assert reader.best_assignments(1) == study.best_assignments(1)
        assert folder.read("study.journal") == before
    assert status.counts == {"completed": 2, "running": 1}
    assert [(row.number, row.epoch) for row in status.running] == [(2, 4)]
    assert (status.trials, status.trials_wanted, status.epochs) == (3, 10, 22)
    assert status.holder is not None
    assert open_readonly("s", folder).status().holder is None
