"""Priors in a study: drawn in the first trials, after the queue, and the same however often it is resumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.planned import planned_assignments
from gansearch.study.trial_queue import put_prior

Space = Callable[..., SearchSpace]

RATE, SMOOTHED = "optimizer.generator.lr", "tricks.label_smoothing.enabled"
PRIORS = {"priors": {"strength": 5, RATE: 1e-3, SMOOTHED: {"value": True, "weight": 1.0}}}
QUEUED = {"plan.enqueue": ["defaults"], **PRIORS}


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_priors_count_in_the_first_trials_after_the_queue(
    sampler: str, small_space: Space, folder: Storage, runner: Any
) -> None:
    space = small_space({**QUEUED, "plan.sampler": sampler, "plan.trials": 30})
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        done = runner(study).drain()
    assert done[0].parameters == space.default_parameters()
    assert (done[1].parameters[RATE], done[1].parameters[SMOOTHED]) == (1e-3, True)
    assert [each.parameters[SMOOTHED] for each in done[1:6]] == [True] * 5
    assert len({each.parameters[RATE] for each in done[1:6]}) == 5
    assert {each.parameters[SMOOTHED] for each in done[6:]} == {True, False}


def test_the_others_are_the_samplers(small_space: Space) -> None:
    with_priors = planned_assignments(small_space(PRIORS), "s", 4)
    without = planned_assignments(small_space(), "s", 4)
    assert [each.parameters["generator.layers"] for each in with_priors] == [
        each.parameters["generator.layers"] for each in without
    ]
    assert [each.parameters for each in with_priors[5:]] == [each.parameters for each in without[5:]]


def test_a_list_draws_what_a_study_draws(small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space(QUEUED)
    with Study.create(space, name="s", storage=folder, seed=5) as study:
        assert planned_assignments(space, "s", 5) == runner(study).drain()


def test_a_resumed_study_draws_the_same(small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({**QUEUED, "plan.sampler": "tpe"})
    with Study.create(space, name="s", storage=folder.folder("once"), seed=5) as study:
        whole = runner(study).drain()
    parts = []
    Study.create(space, name="s", storage=folder.folder("parts"), seed=5).close()
    for _ in range(5):
        with Study.open("s", folder.folder("parts")) as study:
            parts += runner(study).drain(2)
    assert [each.parameters for each in parts] == [each.parameters for each in whole]


def test_a_draw_that_was_queued_and_never_started_is_started(small_space: Space, folder: Storage) -> None:
    space = small_space(PRIORS)
    with Study.create(space, name="s", storage=folder, seed=1) as study:
        put_prior(study._trials._starter._study, space, study_seed=1, number=0)
    with Study.open("s", folder) as study:
        first, second = study.ask(), study.ask()
        assert study.status().counts == {"running": 2}
    assert first is not None
    assert second is not None
    assert first.parameters[RATE] == 1e-3
    assert second.parameters[SMOOTHED] is True
