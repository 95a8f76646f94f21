from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gansearch.curves import CurveWriter, Record
from gansearch.records import Assignment, End
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.back_off import delay_s

Space = Callable[..., SearchSpace]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moment that runs wait for; set its one item."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def wait_of(study: Study) -> float | None:
    """Seconds until the study has a run again."""
    return study.due_in_s


def test_delays_grow_up_to_a_minute() -> None:
    assert [delay_s(losses) for losses in range(1, 7)] == [1.0, 4.0, 16.0, 60.0, 60.0, 60.0]


def test_a_lost_run_waits_while_new_trials_start(
    small_space: Space, folder: Storage, runner: Any, clock: list[float]
) -> None:
    with Study.create(small_space({"plan.trials": 2}), name="s", storage=folder, seed=1) as study:
        first = study.ask()
        assert first is not None
        assert wait_of(study) is None
        runner(study).end(first, End.LOST, reason="its worker died")
        assert wait_of(study) == 1.0
        second = study.ask()
        assert second is not None
        assert second.identity.number == 1
        assert study.ask() is None
        clock[0] += 0.75
        assert (study.ask(), wait_of(study)) == (None, 0.25)
        clock[0] += 0.25
        again = study.ask()
        assert again is not None
        assert (again.identity.number, again.attempt, wait_of(study)) == (0, 1, None)
        runner(study).end(again, End.LOST)
        assert wait_of(study) == 4.0


def test_records_that_cannot_be_written_are_not_held_against_a_run(
    small_space: Space, folder: Storage, clock: list[float]
) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        for attempt in range(5):
            assignment = study.ask()
            assert assignment is not None
            assert (assignment.identity.number, assignment.attempt) == (0, attempt)
            study.lost(assignment.identity, attempt, "the disk is full", is_storage=True)
            assert wait_of(study) == 1.0
            clock[0] += 1.0
        assert [row.reason for row in study.trials()] == ["the disk is full"]


def begin(storage: Storage, assignment: Assignment) -> None:
    """Open the record as a worker does."""
    writer = CurveWriter(storage, assignment.identity, assignment.attempt)
    writer.append(Record("attempt", assignment.attempt, {"from_step": 0, "started": 1.0}))
    writer.close()


def test_a_run_whose_drivers_die_never_fails_and_comes_last(small_space: Space, folder: Storage) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        suspect, _ = study.ask(), study.ask()
        assert suspect is not None
        begin(folder, suspect)
    for attempt in range(1, 5):
        with Study.open("s", folder) as study:
            other, again = study.ask(), study.ask()
            assert other is not None
            assert again is not None
            assert (other.identity.number, again.identity.number, again.attempt) == (1, 0, attempt)
            begin(folder, again)
