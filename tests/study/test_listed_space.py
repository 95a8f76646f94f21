from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gansearch.errors import SpaceError, SpecError
from gansearch.records import Assignment, TrialIdentity
from gansearch.space import SearchSpace
from gansearch.space.plan import DetectorSettings
from gansearch.study.listed_space import space_of
from gansearch.study.planned import planned_assignments
from gansearch.trial.spec import Spec

Space = Callable[..., SearchSpace]


@pytest.fixture
def spec(small_space: Space) -> Spec:
    """Three trials of two replicates."""
    space = small_space({"plan.trials": 3, "plan.replicates": 2})
    listed = tuple(planned_assignments(space, "s", 4))
    return Spec("s", 4, space.source, space.detectors, listed)


def test_a_list_that_follows_from_its_space(spec: Spec) -> None:
    assert space_of(spec, "spec.json").plan.trials == 3


def first(spec: Spec, **changes: Any) -> tuple[Assignment, ...]:
    return (replace(spec.assignments[0], **changes), *spec.assignments[1:])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: {"space": None}, r"spec.json: space: must be the YAML .*; got null"),
        (lambda _: {"seed": 5}, r"assignments\[0\].seed: must follow from the seed, number and replicate: \d+; got"),
        (lambda _: {"detectors": DetectorSettings("off")}, r"spec.json: detectors: must be those of the search"),
        (
            lambda spec: {"assignments": first(spec, settings={**spec.assignments[0].settings, "training.epochs": 8})},
            r"assignments\[0\].settings: .*; training.epochs must be 9; got 8",
        ),
        (
            lambda spec: {"assignments": first(spec, settings={"dataset.name": "ring"})},
            r"assignments\[0\].settings: .* must be .*; got 'absent'",
        ),
        (lambda spec: {"assignments": spec.assignments[2:]}, r"assignments: must have the numbers 0 to 1, each once"),
        (lambda spec: {"assignments": spec.assignments[:5]}, r"for every one of the plan's 2 replicates"),
    ],
)
def test_one_that_does_not(change: Callable[[Spec], dict[str, Any]], message: str, spec: Spec) -> None:
    with pytest.raises(SpecError, match=message):
        space_of(replace(spec, **change(spec)), "spec.json")


def test_replicates_of_a_trial_are_equal(spec: Spec) -> None:
    other = replace(spec.assignments[2], identity=TrialIdentity("s", 0, 0), seed=spec.assignments[0].seed)
    with pytest.raises(SpecError, match=r"replicates of trial 0 must be equal"):
        space_of(replace(spec, assignments=(other, *spec.assignments[1:])), "spec.json")


def test_more_trials_than_the_plan_has(spec: Spec, small_space: Space) -> None:
    fewer = small_space({"plan.trials": 2, "plan.replicates": 2})
    with pytest.raises(SpecError, match=r"assignments: must be at most plan.trials, 2; got 3"):
        space_of(replace(spec, space=fewer.source), "spec.json")


def test_a_space_that_cannot_be_read(spec: Spec) -> None:
    with pytest.raises(SpaceError, match=r"spec.json: space.*must be"):
        space_of(replace(spec, space="name: 3\n"), "spec.json")
