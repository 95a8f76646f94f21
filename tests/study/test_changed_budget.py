"""A budget that is changed when its study is resumed, and what is kept, shown and refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from gansearch.errors import GansearchError, SpaceError, StudyError
from gansearch.records import End
from gansearch.space import Budget, SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, open_readonly
from gansearch.study.budget import Bound
from gansearch.study.metadata import SPACE_FILE

Space = Callable[..., SearchSpace]
GPU = {"resources.gpu": 1, "budget.gpu_hours": 4, "budget.cost": 20, "budget.cost_per_gpu_hour": 2}


def changed(space: SearchSpace, folder: Storage, *changes: Mapping[str, str]) -> Budget:
    """The budget after these changes, one launch each, as a further one finds it."""
    Study.create(space, name="s", storage=folder, seed=1).close()
    for each in changes:
        with Study.open("s", folder) as study:
            study.extend(budget=each)
            now = study.space.budget
    with open_readonly("s", folder) as reader:
        assert reader.space.budget == now
        return now


def test_bounds_are_set_added_to_and_lifted(small_space: Space, folder: Storage) -> None:
    space = small_space({**GPU, "budget.hours": 10, "budget.epochs": 50})
    found = changed(
        space,
        folder,
        {"hours": "20", "gpu_hours": "+2.5", "epochs": "+50"},
        {"hours": "+5", "cost": "null", "cost_per_gpu_hour": "3", "trials": "7"},
    )
    assert found == Budget(hours=25.0, gpu_hours=6.5, epochs=100, trials=7, cost_per_gpu_hour=3.0, cost=None)


def test_the_older_spelling_of_a_bound_gives_way(small_space: Space, folder: Storage) -> None:
    space = small_space({"plan.hours": 2, "plan.epochs": 30})
    assert changed(space, folder, {"hours": "+1"}, {"epochs": "40"}) == replace(space.budget, hours=3.0, epochs=40)


def test_the_space_stays_as_it_was(small_space: Space, folder: Storage) -> None:
    space = small_space({"budget.hours": 2})
    changed(space, folder, {"hours": "+1"})
    assert folder.read(SPACE_FILE) == space.source.encode()


def test_a_spent_budget_is_raised_and_what_rests_goes_on(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space({"budget.epochs": 12}), name="s", storage=folder, seed=1) as study:
        runner(study).drain()
        status = study.status()
        assert status.bounds == (Bound("epochs", status.epochs, 12, 12, is_spent=True),)
        assert End.BUDGET in status.counts
    with Study.open("s", folder) as study:
        assert study.ask() is None
        study.extend(budget={"epochs": "+900"})
        assert study.budget_spent is None
        runner(study).drain()
        assert study.status().counts == {"completed": 10}
        (bound,) = study.status().bounds
        assert (bound.used, bound.most, bound.planned, bound.is_spent) == (90, 912, 12, False)


def test_trials_and_their_bound_are_raised_at_once(small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({"plan.trials": 2, "budget.trials": 2})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        runner(study).drain()
        assert [bound.is_spent for bound in study.status().bounds] == [False]  # the plan itself has no more
    with Study.open("s", folder) as study:
        study.extend(trials=3, budget={"trials": "+2"})
        status = study.status()
        assert (status.trials_wanted, status.bounds) == (4, (Bound("trials", 2, 4, 2, is_spent=False),))
        runner(study).drain()
        assert [(bound.used, bound.is_spent) for bound in study.status().bounds] == [(4, True)]


@pytest.mark.parametrize(
    ("wanted", "match"),
    [
        ({"gpu_hour": "2"}, r"gpu_hour: .*gpu_hours.*did you mean 'gpu_hours'"),
        ({"hours": "many"}, r"command line: budget.hours: .*got many"),
        ({"hours": "-1"}, r"budget.hours: must be above 0; got -1"),
        ({"trials": "+2.5"}, r"budget.trials: .*whole number.*got 5.5"),
        ({"cost": "10"}, r"budget.cost: must stand with cost_per_gpu_hour"),
        ({"gpu_hours": "10"}, r"budget.gpu_hours: must be left out where resources.gpu is 0"),
        (
            {"hours": "+5"},
            r"budget.hours must have a value, to which 5 could be added; it has none: set it, as hours=5",
        ),
        ({"epochs": "9"}, r"budget.epochs must be above what 's' has used of it, 9; got 9"),
        ({"trials": "1"}, r"budget.trials must be above what 's' has used of it, 1; got 1"),
        ({"trials": "9"}, r"budget.epochs of 's' is spent, 9 of 8, and so must be raised too: --budget epochs=\+N"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_kept(
    small_space: Space, folder: Storage, runner: Any, wanted: Mapping[str, str], match: str
) -> None:
    space = small_space({"budget.epochs": 8, "budget.trials": 3})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        runner(study).end(study.ask(), End.FAILED, epoch=9)
        before = study._reader.attributes
        with pytest.raises((SpaceError, StudyError), match=match):
            study.extend(trials=1, budget=wanted)
        assert study._reader.attributes.keys() == before.keys()
        assert study.space.budget == space.budget


def test_where_trials_cannot_be_added_the_budget_stays(grid_space: Space, folder: Storage) -> None:
    with Study.create(grid_space({"budget.hours": 1}), name="g", storage=folder, seed=1) as study:
        with pytest.raises(GansearchError, match="no number of trials to which 1 could be added"):
            study.extend(trials=1, budget={"hours": "+1"})
        assert study.space.budget.hours == 1.0
        study.extend(budget={"hours": "+1"})
        assert study.space.budget.hours == 2.0
