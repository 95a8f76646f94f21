from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gansearch.errors import StudyError
from gansearch.records import End
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, open_readonly
from gansearch.study.contenders import configuration_of, contenders, identity_of

Space = Callable[..., SearchSpace]
LAYERS = (4, 3, 4, 2, 5)
FIXED = {
    "generator.activation": "relu",
    "optimizer.generator.lr": 1e-3,
    "tricks": {},
    "plan.trials": 5,
    "plan.replicates": 2,
}
VALUES = (7.0, 3.0, 1.0, 2.0, 9.0)


@pytest.fixture
def layered(small_space: Space, folder: Storage, runner: Any) -> Storage:
    """Five trials that differ in their layers alone, of which two are equal; the last one has collapsed."""
    with Study.create(small_space(FIXED), name="s", storage=folder, seed=1) as study:
        for layers, value in zip(LAYERS, VALUES, strict=True):
            study._trials._study.enqueue_trial({"generator.layers": layers})
            for more in (0.0, 1.0):
                run = study.ask()
                assert run is not None
                runner(study).report(run, 1, value + more)
                runner(study).end(run, End.COLLAPSED if value == 9.0 else End.COMPLETED, epoch=9)
    return folder


def test_each_configuration_stands_once_with_its_best_trial(layered: Storage) -> None:
    with open_readonly("s", layered) as study:
        found = contenders(study, 10)
    assert [(each.number, each.value, each.runs) for each in found] == [(2, 1.5, 2), (3, 2.5, 2), (1, 3.5, 2)]
    assert [each.settings["generator.layers"] for each in found] == [4, 2, 3]
    assert "training.epochs" in found[0].settings


def test_some_can_be_passed_over(layered: Storage) -> None:
    with open_readonly("s", layered) as study:
        (best,) = contenders(study, 1)
        assert [each.number for each in contenders(study, 1, without=[best.settings])] == [3]


def test_it_goes_by_the_direction_of_the_objective(layered: Storage, small_space: Space) -> None:
    with open_readonly("s", layered) as study:
        study.space = small_space({**FIXED, "plan.objective.direction": "maximize"})
        assert [each.number for each in contenders(study, 2)] == [0, 1]


def test_without_a_completed_trial_there_is_none(small_space: Space, folder: Storage) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1):
        pass
    with open_readonly("s", folder) as study:
        with pytest.raises(StudyError, match="'s' must have a completed trial to have a best one; it has none"):
            contenders(study, 3)
        with pytest.raises(StudyError, match="'s' must have a trial 4 that has begun; it has none"):
            configuration_of(study, 4)


def test_true_is_not_one() -> None:
    assert identity_of({"a": True}) != identity_of({"a": 1}) != identity_of({"a": 1.0})
    assert identity_of({"a": 1, "b": "x"}) == identity_of({"b": "x", "a": 1})
