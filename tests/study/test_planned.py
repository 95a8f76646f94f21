from __future__ import annotations

from collections.abc import Callable

import pytest

from gansearch.errors import StudyError
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.planned import planned_assignments

Space = Callable[..., SearchSpace]


@pytest.mark.parametrize(
    "overrides",
    [
        {"plan.sampler": "random"},
        {"plan.sampler": "random", "plan.enqueue": ["defaults", {"generator.layers": 4}], "plan.replicates": 3},
        {"plan.sampler": "qmc", "plan.trials": 6},
    ],
)
def test_a_list_is_what_a_study_hands_out_one_by_one(
    overrides: dict[str, object], small_space: Space, folder: Storage, runner: type
) -> None:
    space = small_space({"plan.pruner": "none", **overrides})
    with Study.create(space, name="s", storage=folder, seed=5) as study:
        handed_out = runner(study).drain()
    assert planned_assignments(space, "s", 5) == handed_out


def test_a_grid_is_listed_as_a_study_hands_it_out(grid_space: Space, folder: Storage, runner: type) -> None:
    space = grid_space({"plan.replicates": 2})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        handed_out = runner(study).drain()
    assert len(handed_out) == 12
    assert planned_assignments(space, "s", 1) == handed_out


def test_a_grid_may_be_cut_short(grid_space: Space) -> None:
    assert len(planned_assignments(grid_space({"plan.trials": 4}), "s", 1)) == 4


def test_a_sampler_that_learns_cannot_be_listed(small_space: Space) -> None:
    with pytest.raises(StudyError, match=r"plan.sampler must be one of grid, qmc, random; got 'tpe'"):
        planned_assignments(small_space({"plan.sampler": "tpe"}), "s", 0)


def test_a_search_without_an_end_cannot_be_listed(small_space: Space) -> None:
    space = small_space({"plan": {"kind": "search", "hours": 1, "sampler": "random", "objective": "sample_spread"}})
    with pytest.raises(StudyError, match=r"plan.trials must say how many"):
        planned_assignments(space, "s", 0)
