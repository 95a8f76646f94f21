from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gansearch.records import Decision, End, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, open_readonly, request_stop, wishes

Space = Callable[..., SearchSpace]


def wants_to_stop(study: Study) -> bool:
    return study.stop_requested


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


@pytest.mark.parametrize("key", ["plan.hours", "budget.hours"])
def test_the_budget_of_hours_holds_over_launches(
    small_space: Space, folder: Storage, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    seconds = [0.0]
    monkeypatch.setattr("gansearch.study.lease.Lease.active_s", property(lambda _: seconds[0]))
    with Study.create(small_space({key: 1.0}), name="s", storage=folder, seed=1) as study:
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
    monkeypatch.setattr(wishes, "POLL_S", 0.0)


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
        first, _, other = (study.ask() for _ in range(3))
        assert first is not None
        assert other is not None
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

        def attributes(_: object, study_id: int) -> dict[str, object]:
            asked.append(study_id)
            return {}

        monkeypatch.setattr(type(study._reader.database.optuna), "get_study_user_attrs", attributes)
        study._wishes._looked = 0.0
        assert not any(study.stop_requested for _ in range(100))
        assert len(asked) == 1
        monkeypatch.undo()
