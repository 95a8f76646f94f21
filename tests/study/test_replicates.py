from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gansearch.records import Assignment, Decision, End
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study

Space = Callable[..., SearchSpace]


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
