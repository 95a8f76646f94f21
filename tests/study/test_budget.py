"""The bounds of a study: GPU-hours, their cost, and trials, over packs, losses and launches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gansearch.errors import StudyError
from gansearch.records import Assignment, Decision, End, LaneReport, TrialEnd
from gansearch.space import Budget, SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.budget import spent

Space = Callable[..., SearchSpace]

ONE_HOUR = 3600.0
NEAR = 0.01
"""GPU-hours that the drivers of these tests may take themselves; they are over in moments."""


@pytest.mark.parametrize(
    ("budget", "sentence"),
    [
        (Budget(), None),
        (Budget(hours=3.0), "the study's 3 hours are spent"),
        (Budget(hours=3.1), None),
        (Budget(gpu_hours=1.5), "the study's 1.5 GPU-hours are spent"),
        (Budget(gpu_hours=1.6), None),
        (Budget(epochs=40), "the study's 40 epochs are spent"),
        (Budget(epochs=41, trials=1), None),
        (Budget(cost_per_gpu_hour=2.0), None),
        (Budget(cost_per_gpu_hour=2.0, cost=3.0), "the study's 3 are spent, at 2 a GPU-hour"),
        (Budget(cost_per_gpu_hour=2.0, cost=3.01), None),
    ],
)
def test_what_is_spent_is_said(budget: Budget, sentence: str | None) -> None:
    assert spent(budget, hours=3.0, gpu_hours=1.5, epochs=40) == sentence


def asked(study: Study) -> Assignment:
    found = study.ask()
    assert found is not None
    return found


def heard(study: Study, run: Assignment, epoch: int, seconds: float, end: End | None = None) -> Decision:
    """A report that holds a time and, where it has ended, an end."""
    ended = None if end is None else TrialEnd(end, "so it was", epoch * 10, epoch)
    return study.report(LaneReport(run.identity, run.attempt, epoch * 10, epoch, None, ended, seconds))


def gpu_hours(study: Study) -> float:
    return study.status().gpu_hours


def test_a_pack_of_four_lanes_uses_its_share_of_a_gpu_once(small_space: Space, folder: Storage) -> None:
    space = small_space({"resources.gpu": 0.5, "budget.gpu_hours": 0.75, "budget.cost_per_gpu_hour": 3})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        pack = [asked(study) for _ in range(4)]
        study.packed(pack)
        assert [heard(study, run, 1, ONE_HOUR) for run in pack] == [Decision.CONTINUE] * 4
        for run in pack[:2]:
            heard(study, run, 2, ONE_HOUR, End.FAILED)
        assert gpu_hours(study) == pytest.approx(0.5, abs=NEAR)
        assert [heard(study, run, 2, 1.5 * ONE_HOUR) for run in pack[2:]] == [Decision.STOP] * 2
        assert study.budget_spent == "the study's 0.75 GPU-hours are spent"
        assert study.ask() is None
        for run in pack[2:]:
            heard(study, run, 2, 1.5 * ONE_HOUR, End.BUDGET)
        said = study.status()
    assert said.counts == {"failed": 2, "budget": 2}
    assert (said.gpu_hours_wanted, said.cost_wanted) == (0.75, None)
    assert said.gpu_hours == pytest.approx(0.75, abs=NEAR)
    assert said.cost == pytest.approx(2.25, abs=3 * NEAR)


def test_gpu_hours_hold_over_losses_and_launches(small_space: Space, folder: Storage) -> None:
    space = small_space({"resources.gpu": 1, "budget.cost": 8, "budget.cost_per_gpu_hour": 2})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        lost = asked(study)
        heard(study, lost, 1, ONE_HOUR)
        study.lost(lost.identity, 0, "its worker died")
        other = asked(study)
        assert heard(study, other, 1, ONE_HOUR) is Decision.CONTINUE
        assert gpu_hours(study) == pytest.approx(1.0, abs=NEAR)  # kept at ends, and else once in a while
    with Study.open("s", folder) as study:
        assert gpu_hours(study) == pytest.approx(2.0, abs=NEAR)
        again = [asked(study), asked(study)]
        assert {each.identity for each in again} == {lost.identity, other.identity}
        # A report counts the time over all attempts: of this one it has been an hour.
        earlier = ONE_HOUR if again[0].identity == lost.identity else 0.0
        assert heard(study, again[0], 2, earlier + ONE_HOUR) is Decision.CONTINUE
        heard(study, again[0], 2, earlier + ONE_HOUR, End.FAILED)
        assert gpu_hours(study) == pytest.approx(3.0, abs=NEAR)
    with Study.open("s", folder) as study:
        # Nothing was recorded of the driver's loss above: to the study this run has had no time before.
        assert heard(study, asked(study), 3, 3 * ONE_HOUR) is Decision.STOP
        assert study.budget_spent == "the study's 8 are spent, at 2 a GPU-hour"
    with Study.open("s", folder) as study:
        assert study.ask() is None
        assert study.status().cost == pytest.approx(12.0, abs=2 * NEAR)


def test_without_gpus_no_time_of_packs_is_kept(small_space: Space, folder: Storage) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        heard(study, asked(study), 1, ONE_HOUR, End.FAILED)
        assert (gpu_hours(study), study.status().cost) == (0.0, None)
        assert not any(key.startswith("pack_seconds") for key in study._reader.attributes)


def test_trials_begun_are_bound_also_where_some_are_added(small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({"plan.trials": 2, "budget.trials": 3})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        assert study.status().trials_wanted == 2
        study.extend(trials=5)
        assert len(runner(study).drain()) == 3
        assert study.budget_spent is None
    with Study.open("s", folder) as study:
        said = study.status()
        assert (said.trials, said.trials_wanted, said.can_extend) == (3, 3, False)
        with pytest.raises(StudyError, match=r"must be at most budget.trials, 3, and so many are planned; got 1 more"):
            study.extend(trials=1)


@pytest.mark.parametrize(("trials", "wanted"), [(4, 4), (100, 6)])
def test_the_budget_bounds_a_grid(grid_space: Space, folder: Storage, runner: Any, trials: int, wanted: int) -> None:
    with Study.create(grid_space({"budget.trials": trials}), name="g", storage=folder, seed=1) as study:
        assert study.status().trials_wanted == wanted
        assert len(runner(study).drain()) == wanted
