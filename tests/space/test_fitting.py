"""Architectures that cannot take the data set's samples are refused before anything starts."""

from __future__ import annotations

import pytest

from gansearch.errors import SpaceError
from gansearch.space import parse_space

NEEDED = "needs images [C, H, W] with H and W multiples of 4; its samples have the shape (2,)"


def read(body: str, data: str = "ring") -> None:
    parse_space(f"name: small\ndataset: {data}\nplan: {{trials: 5}}\n{body}", "small.yaml")


@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize(
    ("form", "line", "key"),
    [
        (": dcgan\n", 4, ""),
        (": {architecture: dcgan, filters: 16}\n", 4, ".architecture"),
        (":\n  architecture:\n    choice:\n      - mlp\n      - dcgan\n", 8, ".architecture.choice[1]"),
        (": {choice: [dcgan, mlp]}\n", 4, ".choice[0]"),
    ],
)
def test_an_architecture_for_images_is_refused_for_points(player: str, form: str, line: int, key: str) -> None:
    with pytest.raises(SpaceError, match="must suit data set ring") as caught:
        read(player + form)
    (problem,) = caught.value.problems
    assert (problem.line, problem.key, problem.file) == (line, player + key, "small.yaml")
    assert problem.rule == f"must suit data set ring: {player} dcgan {NEEDED}"
    assert problem.value == "dcgan"


def test_both_players_are_named_at_once() -> None:
    with pytest.raises(SpaceError, match="must suit data set ring") as caught:
        read("generator: dcgan\ndiscriminator: dcgan\n")
    assert [problem.key for problem in caught.value.problems] == ["generator", "discriminator"]


@pytest.mark.parametrize("data", ["mnist", "mnist5k"])
def test_images_that_fit_are_taken(data: str) -> None:
    read("generator: dcgan\ndiscriminator: {architecture: {choice: [mlp, dcgan]}}\n", data)


@pytest.mark.parametrize("ratio", ["1.0", "{float: [0.5, 2.0], log: true}"])
def test_a_size_that_is_given_twice_is_refused(ratio: str) -> None:
    with pytest.raises(
        SpaceError, match=r"must stand alone: discriminator\.parameter_budget decides the same"
    ) as caught:
        read(f"discriminator: {{architecture: mlp, parameter_budget: 20000, capacity_ratio: {ratio}}}\n")
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (4, "discriminator.capacity_ratio")


def test_either_size_alone_is_taken() -> None:
    read("discriminator: {architecture: mlp, parameter_budget: 20000}\n")
    read("generator: {architecture: mlp, width: 32}\ndiscriminator: {architecture: mlp, capacity_ratio: 2.0}\n")
