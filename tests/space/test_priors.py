"""Priors: what the section may say, and what is drawn from it."""

# ruff: noqa: E501 (a table: one case a line)

from __future__ import annotations

import math
import statistics
from random import Random

import pytest

from gansearch.dimensions import Choice, Float, Int
from gansearch.errors import SpaceError
from gansearch.space import SearchSpace, parse_space
from gansearch.space.dimension_values import contains
from gansearch.space.priors import STRENGTH, WEIGHT, Prior, Priors

RATE, DEPTH, SMOOTHED = "optimizer.generator.lr", "generator.layers", "tricks.label_smoothing.enabled"
BODY = """\
name: small
dataset: ring
plan: {trials: 20}
generator: {layers: {int: [2, 8], step: 2}, width: 16}
optimizer: {generator: {lr: {float: [1e-5, 1e-2], log: true}}}
tricks: {label_smoothing: {enabled: {choice: [true, false]}}}
"""


def read(priors: str, body: str = BODY) -> SearchSpace:
    return parse_space(f"{body}priors: {priors}\n", "small.yaml")


def test_what_a_section_says() -> None:
    said = f"{{strength: 4, {RATE}: 2e-4, {SMOOTHED}: {{value: true, weight: 0.5}}, {DEPTH}: 4}}"
    beliefs = {RATE: Prior(2e-4, WEIGHT), SMOOTHED: Prior(True, 0.5), DEPTH: Prior(4, WEIGHT)}
    assert read(said).priors == Priors(beliefs, 4)


def test_without_a_section_nothing_is_believed() -> None:
    assert parse_space(BODY, "small.yaml").priors == Priors({}, STRENGTH)


@pytest.mark.parametrize(
    ("priors", "key", "rule", "value", "suggestion"),
    [
        ("[1]", "priors", "must be a mapping from searched parameters to values, as {optimizer.generator.lr: 2e-4}", "[1]", None),
        ("{generator.layer: 4}", "priors.generator.layer", "must be strength or a searched parameter", "generator.layer", DEPTH),
        ("{generator.width: 16}", "priors.generator.width", "must be strength or a searched parameter", "generator.width", None),
        (f"{{{RATE}: 1}}", f"priors.{RATE}", "must be a number in [1e-05, 0.01]", "1", None),
        (f"{{{DEPTH}: 3}}", f"priors.{DEPTH}", "must be a whole number in [2, 8] in steps of 2", "3", None),
        (f"{{{SMOOTHED}: on}}", f"priors.{SMOOTHED}", "must be one of true, false", "on", None),
        (f"{{{DEPTH}: [4]}}", f"priors.{DEPTH}", "must be a whole number in [2, 8] in steps of 2", "[4]", None),
        (f"{{{DEPTH}: {{weight: 0.5}}}}", f"priors.{DEPTH}.value", "must be given", "nothing", None),
        (f"{{{DEPTH}: {{value: 4, weight: 0}}}}", f"priors.{DEPTH}.weight", "must be a number above 0 and at most 1", "0", None),
        (f"{{{DEPTH}: {{value: 4, wait: 1}}}}", f"priors.{DEPTH}.wait", "must be a key of a prior: value, weight", "wait", "weight"),
        ("{strength: 0}", "priors.strength", "must be a whole number of trials in [1, 1000000]", "0", None),
    ],
)  # fmt: skip
def test_problem(priors: str, key: str, rule: str, value: str, suggestion: str | None) -> None:
    with pytest.raises(SpaceError, match=r"small\.yaml:7: priors") as caught:
        read(priors)
    (problem,) = caught.value.problems
    found = (problem.line, problem.key, problem.rule, problem.value)
    assert found == (7, key, rule, value)
    assert suggestion is None or problem.suggestion == suggestion


@pytest.mark.parametrize("plan", ["{kind: grid}", "{sampler: grid}"])
def test_a_grid_has_no_priors(plan: str) -> None:
    body = f"name: small\ndataset: ring\nplan: {plan}\ngenerator: {{layers: {{int: [2, 3]}}}}\n"
    with pytest.raises(SpaceError, match=r"small\.yaml:5: priors: must be left out: a grid tries every combination"):
        read("{generator.layers: 2}", body)


def test_a_path_that_could_not_be_read_is_told_once() -> None:
    with pytest.raises(SpaceError, match="must be a whole number in") as caught:
        read(f"{{{DEPTH}: 4}}", BODY.replace("int: [2, 8], step: 2", "int: [2, 800], step: 2"))
    assert len(caught.value.problems) == 1


def test_numbers_lie_around_the_value() -> None:
    chance = Random(0)
    logarithms = [math.log(float(Prior(1e-3, 1.0).draw(Float(1e-5, 1e-1, log=True), chance))) for _ in range(2000)]  # type: ignore[arg-type]
    assert statistics.fmean(logarithms) == pytest.approx(math.log(1e-3), abs=0.06)
    assert statistics.stdev(logarithms) == pytest.approx(0.1 * math.log(1e4), rel=0.05)
    linear = [float(Prior(0.5, 1.0).draw(Float(0.0, 2.0), chance)) for _ in range(2000)]  # type: ignore[arg-type]
    assert statistics.fmean(linear) == pytest.approx(0.5, abs=0.02)
    assert statistics.stdev(linear) == pytest.approx(0.2, rel=0.05)


def test_a_weight_leaves_the_rest_to_chance() -> None:
    chance = Random(1)
    drawn = [Prior("b", 0.7).draw(Choice(("a", "b", "c")), chance) for _ in range(3000)]
    assert drawn.count("b") / 3000 == pytest.approx(0.7 + 0.3 / 3, abs=0.03)
    assert drawn.count("a") / 3000 == pytest.approx(0.1, abs=0.03)
    wide = [float(Prior(0.0, 0.5).draw(Float(0.0, 10.0), chance)) for _ in range(3000)]  # type: ignore[arg-type]
    assert sum(each > 5.0 for each in wide) / 3000 == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize(
    ("dimension", "value"),
    [
        (Float(0.0, 1.0, step=0.1), 1.0),
        (Float(1e-5, 1e-3, log=True), 1e-5),
        (Int(2, 8, step=3), 8),
        (Int(16, 512, log=True), 16),
        (Choice((True, False)), True),
        (Float(0.3, 0.3), 0.3),
    ],
)
def test_whatever_is_drawn_belongs_to_the_dimension(dimension: Float | Int | Choice, value: float) -> None:
    chance = Random(2)
    for _ in range(300):
        drawn = Prior(value).draw(dimension, chance)
        assert contains(dimension, drawn)
        assert type(drawn) is type(value)


def test_the_first_draw_is_what_is_believed() -> None:
    space = read(f"{{{RATE}: 2e-4, {SMOOTHED}: true}}")
    assert space.priors.draw(space.parameters, 0, Random(0)) == {RATE: 2e-4, SMOOTHED: True}
    assert space.priors.draw(space.parameters, 1, Random(0))[RATE] != 2e-4
