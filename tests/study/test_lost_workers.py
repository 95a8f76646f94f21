from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gansearch.errors import (
    FencedError,
)
from gansearch.records import Decision, End, LaneReport, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, losses

Space = Callable[..., SearchSpace]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was lost is begun again without waiting."""
    monkeypatch.setattr(losses, "delay_s", lambda _: 0.0)


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
