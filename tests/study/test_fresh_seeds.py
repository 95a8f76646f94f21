from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gansearch.errors import StudyError
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, fresh_seeds, open_readonly
from gansearch.study.fresh_seeds import check_fresh, fresh_seed
from gansearch.study.seeds import trial_seed

Space = Callable[..., SearchSpace]


@pytest.fixture
def searched(small_space: Space, folder: Storage, runner: Any) -> tuple[Storage, set[int]]:
    """A study that has been run, and its seeds."""
    with Study.create(small_space({"plan.replicates": 2}), name="s", storage=folder, seed=5) as study:
        return folder, {run.seed for run in runner(study).drain()}


def test_none_of_the_seeds_has_been_used(searched: tuple[Storage, set[int]]) -> None:
    folder, spent = searched
    with open_readonly("s", folder) as study:
        seed = fresh_seed(study, "s-confirmed", 20)
        assert seed == fresh_seed(study, "s-confirmed", 20) != fresh_seed(study, "s-again", 20)
        check_fresh(study, seed, 20)
    assert 0 <= seed < 2**63
    assert len(spent) == 20
    assert spent.isdisjoint(trial_seed(seed, 0, replicate) for replicate in range(20))


def test_the_searchs_own_seed_is_not_fresh(searched: tuple[Storage, set[int]]) -> None:
    with open_readonly("s", searched[0]) as study, pytest.raises(StudyError, match="the seed 5 leads to some of them"):
        check_fresh(study, 5, 1)


def test_a_seed_that_leads_to_one_is_passed_over(
    searched: tuple[Storage, set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh_seeds, "confirmation_seed", lambda *_: 5)
    with open_readonly("s", searched[0]) as study:
        assert fresh_seed(study, "s-confirmed", 2) == 6
