"""Trials that wait at rungs, under a driver that trains nothing: who goes on, what is told, and what a crash leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gansearch.curves import CurveWriter, Record
from gansearch.errors import FencedError
from gansearch.records import Assignment, Decision, End, TrialEnd, to_json
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study

Space = Callable[..., SearchSpace]
PROMOTION = {"plan.pruner": {"name": "promotion", "min_resource": 1, "reduction_factor": 2}}
"""Of nine epochs: rungs at 1, 2, 4 and 8."""


@pytest.fixture
def study(small_space: Space, folder: Storage) -> Iterator[Study]:
    with Study.create(small_space({**PROMOTION, "plan.trials": 4}), name="s", storage=folder, seed=1) as study:
        yield study


def begin(study: Study) -> Assignment:
    given = study.ask()
    assert given is not None
    return given


def pause(play: Any, value: float) -> Assignment:
    """Begin a trial that waits at the first rung."""
    given = begin(play.study)
    assert play.report(given, 1, value) is Decision.PAUSE
    play.end(given, End.PAUSED, epoch=1)
    return given


def numbers(*given: Assignment | None) -> list[tuple[int, int, int | None]]:
    return [(each.identity.number, each.attempt, each.promoted_at) for each in given if each is not None]


def test_what_waits_is_running_for_optuna_and_is_handed_out_again_before_a_new_trial(study: Study, runner: Any) -> None:
    play = runner(study)
    pause(play, 3.0)
    (row,) = study.trials()
    assert (row.state, row.end, row.epoch) == ("running", End.PAUSED, 1)
    assert row.reason == "rank 1 of 1 at the rung of epoch 1, of which none goes on so far"
    assert study.status().counts == {"paused": 1}
    assert study.status().running == ()
    pause(play, 4.0)
    again = begin(study)
    assert numbers(again) == [(0, 1, 1)]
    assert study.trials()[0].end is None
    assert [row.epoch for row in study.trials()] == [1, 1]
    with pytest.raises(FencedError, match="attempt 1 has replaced it"):
        study.storage.check_fence(again.identity, 0)
    assert numbers(begin(study)) == [(2, 0, None)]


def test_a_search_ends_with_completed_promoted_and_pruned_trials(
    small_space: Space, folder: Storage, runner: Any
) -> None:
    with Study.create(small_space({**PROMOTION, "plan.trials": 12}), name="s", storage=folder, seed=1) as study:
        handed = runner(study).drain()
        rows = study.trials()
        over = study.newly_over()
    assert {row.end for row in rows} == {End.COMPLETED, End.PRUNED}
    assert len(handed) > 12
    assert len(over) == 12
    # The best of all went on to its end; what was given up says where it stood.
    best = min(rows, key=lambda row: row.intermediate[1])
    assert (best.end, best.epoch) == (End.COMPLETED, 9)
    given_up = [row for row in rows if row.end is End.PRUNED]
    assert {max(row.intermediate) for row in given_up} <= {1, 2, 4, 8}
    assert all(str(row.reason).startswith("never promoted before its study had nothing left") for row in given_up)
    assert all(row.epoch == max(row.intermediate) for row in given_up)


@pytest.mark.parametrize("trials", [1, 2, 3, 5])
@pytest.mark.parametrize("reduction_factor", [2, 4])
def test_the_smallest_search_ends_and_completes(
    trials: int, reduction_factor: int, small_space: Space, folder: Storage, runner: Any
) -> None:
    pruner = {"name": "promotion", "reduction_factor": reduction_factor}
    space = small_space({"plan.pruner": pruner, "plan.trials": trials})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        runner(study).drain()
        rows = study.trials()
        assert study.ask() is None
    assert len(rows) == trials
    assert sum(row.end is End.COMPLETED for row in rows) >= 1
    assert {row.state for row in rows} <= {"complete", "pruned"}


def test_where_the_last_one_dies_the_next_best_goes_on(study: Study, runner: Any) -> None:
    play = runner(study)
    for value in (3.0, 4.0):
        pause(play, value)
    again = begin(study)
    play.end(again, End.COLLAPSED, epoch=1)
    for value in (9.0, 8.0):
        pause(play, value)
    second = begin(study)  # 2 of 4 at the lowest rung, of which one is dead
    assert numbers(second) == [(1, 1, 1)]
    play.end(second, End.DIVERGED, epoch=1)
    last = begin(study)
    assert numbers(last) == [(3, 1, 1)]
    assert play.run(last, start=2) is End.PAUSED
    again = begin(study)
    assert numbers(again) == [(3, 2, 2)]


def test_nothing_is_given_up_while_a_run_is_at_work(study: Study, runner: Any) -> None:
    play = runner(study)
    for value in (3.0, 4.0):
        pause(play, value)
    at_work = [begin(study), begin(study), begin(study)]
    assert study.ask() is None
    assert [row.end for row in study.trials()] == [None, End.PAUSED, None, None]
    for given in at_work:
        play.end(given, End.COLLAPSED, epoch=1)
    assert numbers(begin(study)) == [(1, 1, 1)]


def test_an_audited_run_is_never_paused(study: Study, runner: Any) -> None:
    play = runner(study)
    given = begin(study)
    for epoch in range(1, 9):
        assert play.report(given, epoch, 50.0, is_spared=True) is Decision.CONTINUE
    other = begin(study)
    assert play.report(other, 1, 60.0) is Decision.PAUSE
    assert play.report(given, 9, 50.0) is Decision.CONTINUE


@pytest.mark.parametrize("end", [End.LOST, End.PREEMPTED, End.STOPPED_BY_USER, End.BUDGET, End.PAUSED])
def test_whatever_becomes_of_a_worker_once_it_is_decided_its_trial_waits(study: Study, runner: Any, end: End) -> None:
    play = runner(study)
    given = begin(study)
    assert play.report(given, 1, 3.0) is Decision.PAUSE
    play.end(given, end, epoch=1)
    assert numbers(begin(study)) == [(1, 0, None)]
    assert study.trials()[0].end is End.PAUSED


def test_a_worker_that_is_lost_so_has_not_failed(study: Study, runner: Any) -> None:
    """Three rungs, at each of which its worker dies: a loss that costs nothing is none."""
    play = runner(study)
    for number in range(4):
        given = begin(study)
        assert given.identity.number == number
        play.report(given, 1, 9.0 - number)
        play.end(given, End.LOST, epoch=1)
        while (again := study.ask()) is not None and again.attempt > 0:
            for epoch in (2, 3, 4):
                if play.report(again, epoch, 9.0 - number) is Decision.PAUSE:
                    break
            play.end(again, End.LOST, epoch=epoch)
        if again is not None:
            play.end(again, End.PREEMPTED)
    assert End.FAILED not in {row.end for row in study.trials()}


def test_a_driver_that_dies_leaves_those_that_wait_waiting(small_space: Space, folder: Storage, runner: Any) -> None:
    """Trial 1 had been told to wait, and its worker wrote no end; trial 2 was at work."""
    with Study.create(small_space(PROMOTION), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        first = pause(play, 3.0)
        at_work = begin(study)
        assert play.report(at_work, 1, 4.0) is Decision.PAUSE
        write(folder, at_work)
    with Study.open("s", folder) as study:
        play = runner(study)
        assert [row.end for row in study.trials()] == [End.PAUSED, End.PAUSED]
        again, new = begin(study), begin(study)
        assert numbers(again, new) == [(0, 1, 1), (2, 0, None)]
        assert (again.seed, again.parameters) == (first.seed, first.parameters)
        write(folder, again)
    with Study.open("s", folder) as study:
        # What was promoted and at work is lost, and comes again; what waits does not for that.
        assert numbers(begin(study), begin(study)) == [(2, 1, None), (0, 2, None)]
        assert study.trials()[1].end is End.PAUSED


def write(folder: Storage, given: Assignment, end: TrialEnd | None = None) -> None:
    """The record of a worker that has begun an attempt."""
    writer = CurveWriter(folder, given.identity, given.attempt)
    writer.append(Record("attempt", given.attempt, {"from_step": 0}))
    if end is not None:
        writer.append(Record("end", given.attempt, to_json(end)))
    writer.close()


def test_a_resumed_study_decides_as_one_that_was_not_interrupted(
    small_space: Space, folder: Storage, runner: Any
) -> None:
    space = small_space({**PROMOTION, "plan.trials": 12, "plan.sampler": "tpe"})
    with Study.create(space, name="s", storage=folder.folder("whole"), seed=4) as study:
        whole = [numbers(each) for each in runner(study).drain()]
        rows = study.trials()
    with Study.create(space, name="s", storage=folder.folder("cut"), seed=4) as study:
        cut = [numbers(each) for each in runner(study).drain(9)]
    with Study.open("s", folder.folder("cut")) as study:
        assert End.PAUSED in {row.end for row in study.trials()}
        cut += [numbers(each) for each in runner(study).drain()]
        resumed = study.trials()
    assert cut == whole
    assert [(row.end, row.reason, row.values, row.intermediate) for row in resumed] == [
        (row.end, row.reason, row.values, row.intermediate) for row in rows
    ]


def test_a_spent_budget_leaves_them_waiting(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space({**PROMOTION, "budget.epochs": 2}), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        for value in (3.0, 4.0):
            pause(play, value)
        assert study.budget_spent == "the study's 2 epochs are spent"
        assert study.ask() is None
    with Study.open("s", folder) as study:
        assert [(row.state, row.end) for row in study.trials()] == [("running", End.PAUSED)] * 2
        study.extend(budget={"epochs": "+10"})
        assert numbers(begin(study)) == [(0, 1, 1)]


def test_a_trial_that_the_user_stops_is_not_promoted_under_this_driver(study: Study, runner: Any) -> None:
    play = runner(study)
    pause(play, 3.0)
    study.stop_trial(0, None)
    pause(play, 4.0)
    assert numbers(begin(study)) == [(2, 0, None)]
    assert study.trials()[0].end is End.PAUSED
    study.close()
    with Study.open("s", study.storage) as again:
        assert numbers(begin(again), begin(again)) == [(2, 1, None), (0, 1, 1)]


def test_what_is_discarded_is_pruned(study: Study, runner: Any) -> None:
    play = runner(study)
    for value in (3.0, 4.0):
        pause(play, value)
    study.discard(1)
    rows = study.trials()
    assert (rows[1].state, rows[1].reason) == ("pruned", "discarded by the user")
    study.discard()
    assert [row.state for row in study.trials()] == ["pruned", "pruned"]
    assert study.newly_over()[-1][1].end is End.PRUNED


def test_an_extension_is_never_paused_and_leaves_the_others_waiting(study: Study, runner: Any) -> None:
    play = runner(study)
    for value in (3.0, 4.0):
        pause(play, value)
    done = begin(study)
    for epoch in range(2, 10):
        play.report(done, epoch, 3.0, is_spared=True)
    play.end(done, End.COMPLETED, epoch=9)
    assert study.trials()[0].end is End.COMPLETED
    checkpointed(study.storage, done)
    number = study.extend_trial(0, "12")
    given = begin(study)
    assert given.identity.number == number
    assert [play.report(given, epoch, 99.0) for epoch in (10, 11, 12)] == [Decision.CONTINUE] * 3
    play.end(given, End.COMPLETED, epoch=12)
    assert study.ask() is None
    assert study.trials()[1].end is End.PAUSED


def checkpointed(folder: Storage, given: Assignment) -> None:
    """Give a trial that trained nothing a record with a checkpoint."""
    import torch

    from gansearch.training.checkpoint import to_bytes
    from gansearch.training.state import LaneState

    content = to_bytes(LaneState({"weight": torch.zeros(1)}, 90), {})
    path = f"checkpoints/{given.identity}/{given.attempt}-90.safetensors"
    folder.write(path, content)
    writer = CurveWriter(folder, given.identity, given.attempt)
    writer.append(Record("attempt", given.attempt, {"from_step": 0}))
    writer.append(Record("checkpoint", given.attempt, {"step": 90, "path": path}))
    writer.append(Record("end", given.attempt, to_json(TrialEnd(End.COMPLETED, "trained", 90, 9))))
    writer.close()
