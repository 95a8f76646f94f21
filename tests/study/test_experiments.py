"""Studies of plans with experiments: who is run with which seed, over launches, lists and imports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gansearch.errors import SpecError
from gansearch.records import Assignment, End
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.listed_space import space_of
from gansearch.study.planned import planned_assignments
from gansearch.study.study_reader import open_readonly
from gansearch.trial.spec import Spec

YAML = """
name: arms
dataset: {name: ring}
training: {epochs: 3, evaluate_every: 1}
plan:
  kind: grid
  replicates: 2
  baseline_replicates: 4
  objective: {metric: sample_spread, direction: minimize}
  experiments:
    depth: {grid: {generator.layers: [2, 3, 5]}}
    both: {arms: {deep: {generator.layers: 5, discriminator.layers: 5}}}
"""
ARMS = ["baseline", "depth/generator.layers=2", "depth/generator.layers=5", "both/deep"]


@pytest.fixture
def space(small_space: Callable[..., SearchSpace]) -> SearchSpace:
    return small_space(yaml=YAML)


def place(assignment: Assignment) -> tuple[int, int | None]:
    return assignment.identity.number, assignment.identity.replicate


def test_every_arm_is_run_with_the_same_seeds(space: SearchSpace, folder: Storage, runner: Any) -> None:
    with Study.create(space, name="s", storage=folder, seed=3) as study:
        assert study.runs_left == 10
        done = runner(study).drain()
        assert study.runs_left == 0
        status, rows = study.status(), study.trials()
    assert [place(each) for each in done] == [
        (0, 0),
        (0, 1),
        (0, 2),
        (0, 3),
        *((arm, run) for arm in (1, 2, 3) for run in (0, 1)),
    ]
    assert [each.parameters["arm"] for each in done[3::2]] == ARMS
    seeds = {
        each.identity.replicate: {one.seed for one in done if one.identity.replicate == each.identity.replicate}
        for each in done
    }
    assert [len(found) for found in seeds.values()] == [1, 1, 1, 1]
    assert len(set.union(*seeds.values())) == 4
    assert [(each.settings["generator.layers"], each.settings["discriminator.layers"]) for each in done[3::2]] == [
        (3, 2),
        (2, 2),
        (5, 2),
        (5, 5),
    ]
    assert all("arm" not in each.settings for each in done)
    assert (status.counts, status.trials_wanted) == ({"completed": 10}, 4)
    assert Counter(row.number for row in rows) == {0: 4, 1: 2, 2: 2, 3: 2}


def test_they_go_on_after_an_interruption(space: SearchSpace, folder: Storage, runner: Any) -> None:
    with Study.create(space, name="s", storage=folder, seed=3) as study:
        play = runner(study)
        first = play.drain(3)
        assert study.runs_left == 7
        resting = study.ask()
        assert resting is not None
        play.end(resting, End.STOPPED_BY_USER)
    with Study.open("s", folder) as study:
        rest = runner(study).drain()
    assert [place(each) for each in first + rest] == [place(each) for each in planned_assignments(space, "s", 3)]
    assert rest[0].seed == resting.seed
    with open_readonly("s", folder) as study:
        rows = study.trials()
        assert [study.assignment(row).seed for row in rows] == [
            each.seed for each in planned_assignments(space, "s", 3)
        ]


def test_a_list_is_what_a_study_hands_out(space: SearchSpace, folder: Storage, runner: Any) -> None:
    with Study.create(space, name="s", storage=folder, seed=5) as study:
        handed_out = runner(study).drain()
    listed = planned_assignments(space, "s", 5)
    assert listed == handed_out
    spec = Spec("s", 5, space.source, space.detectors, tuple(listed))
    assert space_of(spec, "spec.json").arms == space.arms


@pytest.mark.parametrize("missing", [3, 9])
def test_a_list_has_every_run_of_an_arm(missing: int, space: SearchSpace) -> None:
    listed = planned_assignments(space, "s", 5)
    del listed[missing]
    spec = Spec("s", 5, space.source, space.detectors, tuple(listed))
    with pytest.raises(SpecError, match=r"assignments: must have the numbers 0 to 3, each once for every one"):
        space_of(spec, "spec.json")


def test_no_run_is_listed_twice(space: SearchSpace) -> None:
    listed = planned_assignments(space, "s", 5)
    spec = Spec("s", 5, space.source, space.detectors, (*listed, replace(listed[0])))
    with pytest.raises(SpecError, match=r"assignments: must have the numbers 0 to 3, each once"):
        space_of(spec, "spec.json")
