from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gansearch.errors import StudyError
from gansearch.records import Assignment, Decision, End, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, open_readonly, request_stop, wishes

Space = Callable[..., SearchSpace]
FIRST = TrialIdentity("s", 0)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wish is seen at once."""
    monkeypatch.setattr(wishes, "POLL_S", 0.0)


def started(study: Study, count: int = 1) -> list[Assignment]:
    return [assignment for _ in range(count) if (assignment := study.ask()) is not None]


def test_one_trial_rests_and_the_others_go_on(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        first, second = started(study, 2)
        assert study.stopped() == (frozenset(), frozenset())
        assert request_stop("s", folder, number=0)
        assert study.stopped() == (frozenset([FIRST]), frozenset())
        assert not study.stop_requested
        assert play.report(second, 1, 1.0) is Decision.CONTINUE
        play.end(first, End.STOPPED_BY_USER, epoch=1)
        assert study.stopped() == (frozenset(), frozenset())
        assert play.run(second, start=2) is End.COMPLETED
        third = study.ask()
        assert third is not None
        assert third.identity.number == 2
        assert study.status().counts == {"stopped_by_user": 1, "completed": 1, "running": 1}
    with Study.open("s", folder) as study:
        again = study.ask()
        assert again is not None
        assert (again.identity, again.attempt) == (FIRST, 1)
        assert study.stopped() == (frozenset(), frozenset())


def test_one_trial_is_given_up(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        play = runner(study)
        (first,) = started(study)
        request_stop("s", folder, number=0)
        request_stop("s", folder, number=0, discard=True)
        assert study.stopped() == (frozenset(), frozenset([FIRST]))
        play.end(first, End.PRUNED, epoch=1, reason="pruned at epoch 1: its value was not among those that go on")
        (row,) = study.trials()
    assert (row.end, row.reason, row.state) == (End.PRUNED, "discarded by the user", "pruned")


@pytest.mark.parametrize(
    ("discard", "expected"), [(False, {"stopped_by_user": 1, "running": 1}), (True, {"pruned": 1, "running": 1})]
)
def test_one_that_waits_after_a_loss_is_not_begun_again(
    small_space: Space, folder: Storage, runner: Any, discard: bool, expected: dict[str, int]
) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        first, _ = started(study, 2)
        runner(study).end(first, End.LOST)
        request_stop("s", folder, number=0, discard=discard)
        assert study.stopped() == (frozenset(), frozenset())
        assert study.due_in_s is None
        assert study.status().counts == expected


def test_without_a_driver_it_is_given_up_here(small_space: Space, folder: Storage) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        started(study, 2)
    assert not request_stop("s", folder, number=1)
    assert not request_stop("s", folder, number=1, discard=True)
    with open_readonly("s", folder) as reader:
        assert [row.state for row in reader.trials()] == ["running", "pruned"]


def test_what_is_none_or_has_ended_is_told(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        (first,) = started(study)
        runner(study).run(first)
    with pytest.raises(StudyError, match=r"the study 's' has 1 trials, from number 0; got 7"):
        request_stop("s", folder, number=7)
    with pytest.raises(StudyError, match="must not have ended; s-0 has: completed"):
        request_stop("s", folder, number=0)
