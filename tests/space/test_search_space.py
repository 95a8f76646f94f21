"""Settings, defaults, suggestions and grids of a space that has been read."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import TypeAlias

import pytest

from gansearch.dimensions import Choice, Float, Int
from gansearch.errors import SpaceError
from gansearch.records import Setting
from gansearch.space import SearchSpace
from gansearch.space.dimension_values import closest, contains, dimension_text, grid_values

Read: TypeAlias = Callable[..., SearchSpace]

BODY = """\
generator:
  layers: {int: [2, 4]}
  init: {choice: [he, torch]}
  dropout: {float: [0.1, 0.3], step: 0.1, when: {generator.layers: {min: 4}}}
"""
GRID = "name: small\ndataset: {name: ring}\nplan: {kind: grid}\n"


def test_every_wrong_parameter_at_once(read: Read) -> None:
    space = read(BODY)
    given = {"generator.layers": 5, "generator.dropout": 0.15, "generator.laers": 3}
    with pytest.raises(SpaceError, match="parameters: generator") as caught:
        space.settings(given)
    assert [(each.key, each.rule, each.value, each.suggestion) for each in caught.value.problems] == [
        ("generator.laers", "must be a searched parameter", "3", "generator.layers"),
        ("generator.layers", "must be a whole number in [2, 4]", "5", None),
        ("generator.dropout", "must be a number in [0.1, 0.3] in steps of 0.1", "0.15", None),
        ("generator.init", "must be given", "nothing", None),
    ]


def test_a_parameter_that_is_not_asked_for_is_refused(read: Read) -> None:
    with pytest.raises(SpaceError, match=r"must be left out unless generator\.layers >= 4"):
        read(BODY).settings({"generator.layers": 3, "generator.init": "he", "generator.dropout": 0.2})


def test_settings_are_complete_sorted_and_typed(read: Read) -> None:
    settings = read(BODY).settings({"generator.layers": 3, "generator.init": "torch"})
    assert list(settings) == sorted(settings)
    assert settings["generator.init"] == "torch"
    assert settings["generator.dropout"] == 0.0
    assert settings["training.epochs"] == 100


def test_defaults_within_and_beside_the_dimension(read: Read) -> None:
    assert read(BODY).default_parameters() == {"generator.layers": 3, "generator.init": "he"}
    shifted = read("generator: {layers: {int: [4, 8], step: 2}, init: {choice: [torch, orthogonal]}}\n")
    assert shifted.default_parameters() == {"generator.layers": 4, "generator.init": "torch"}


def test_suggest_asks_parents_first_and_only_what_is_active(read: Read) -> None:
    asked: list[str] = []

    chosen: dict[str, Setting] = {"generator.layers": 4, "generator.init": "he", "generator.dropout": 0.2}

    def choose(path: str, dimension: object) -> Setting:
        asked.append(path)
        return chosen[path]

    assert read(BODY).suggest(choose)["generator.dropout"] == 0.2
    assert asked == ["generator.layers", "generator.dropout", "generator.init"]


def test_grid_has_every_active_combination_once(read: Read) -> None:
    points = read(BODY, GRID).grid()
    assert len(points) == 2 * 2 + 1 * 2 * 3
    assert points[0] == {"generator.layers": 2, "generator.init": "he"}
    assert points[-1] == {"generator.layers": 4, "generator.dropout": 0.3, "generator.init": "torch"}
    assert len({tuple(point.items()) for point in points}) == len(points)


def test_grid_of_nothing_is_one_trial(read: Read) -> None:
    assert read("", GRID).grid() == [{}]


def test_grid_over_a_real_range_is_refused(read: Read) -> None:
    with pytest.raises(ValueError, match=r"generator\.dropout must have a step or be a choice"):
        read("generator: {dropout: {float: [0, 0.5]}}\n").grid()


def test_grid_without_end_is_refused(read: Read) -> None:
    with pytest.raises(ValueError, match="at most 100000 points"):
        read("generator: {width: {int: [1, 400]}}\ndiscriminator: {width: {int: [1, 400]}}\n").grid()


def test_a_space_survives_pickling(read: Read) -> None:
    space = read(BODY)
    assert pickle.loads(pickle.dumps(space)) == space


def test_queue_is_completed_with_defaults(read: Read) -> None:
    head = GRID.replace("kind: grid", "trials: 5, enqueue: [defaults, {generator.layers: 4}]")
    assert read(BODY, head).plan.enqueue == (
        {"generator.layers": 3, "generator.init": "he"},
        {"generator.layers": 4, "generator.init": "he", "generator.dropout": 0.1},
    )


def test_a_trial_queued_twice_is_refused(read: Read) -> None:
    head = GRID.replace("kind: grid", "trials: 5, enqueue: [defaults, {generator.layers: 3}]")
    with pytest.raises(SpaceError, match="must differ from the other queued trials"):
        read(BODY, head)


@pytest.mark.parametrize(
    ("dimension", "value", "expected"),
    [
        (Float(0.0, 1.0), 2, 1.0),
        (Float(0.0, 1.0, step=0.25), 0.3, 0.25),
        (Int(2, 8), 1, 2),
        (Int(2, 8, step=3), 6, 5),
        (Choice(("a", "b")), "c", "a"),
        (Choice((True, False)), False, False),
        (Int(2, 8), "x", 2),
    ],
)
def test_closest(dimension: Float | Int | Choice, value: object, expected: object) -> None:
    found = closest(dimension, value)  # type: ignore[arg-type]
    assert found == expected
    assert type(found) is type(expected)


def test_grid_values_are_the_decimals_as_written() -> None:
    assert grid_values(Float(0.1, 0.7, step=0.1)) == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
    assert grid_values(Int(2, 8, step=3)) == (2, 5, 8)
    assert all(contains(Float(0.1, 0.7, step=0.1), 0.1 * index) for index in range(1, 7))


@pytest.mark.parametrize(
    ("dimension", "text"),
    [
        (Float(1e-5, 1e-3, log=True), "float: [1e-05, 0.001], log: true"),
        (Float(0.0, 0.6, step=0.1), "float: [0, 0.6], step: 0.1"),
        (Int(2, 7), "int: [2, 7]"),
        (Choice(("off", True, None)), "choice: [off, true, null]"),
    ],
)
def test_dimension_text(dimension: Float | Int | Choice, text: str) -> None:
    assert dimension_text(dimension) == text
