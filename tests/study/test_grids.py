from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study

Space = Callable[..., SearchSpace]


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
