"""What can be sampled can be trained: conflicts derived from facts that the values of fields imply."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch import plugins
from gansearch.dimensions import Choice, Dimension
from gansearch.errors import SpaceError
from gansearch.gan import discriminators
from gansearch.records import Setting
from gansearch.space import Condition, SearchSpace, parse_space
from gansearch.tricks import tricks

SLOPES, ARCHITECTURE, NORMALISATION = (
    "tricks.slopes.enabled",
    "discriminator.architecture",
    "discriminator.normalisation",
)
SWITCH = "{enabled: {choice: [true, false]}}"
SEARCHED = "normalisation: {choice: [plain, batch, layer]}"
RULE = "must not meet: trick slopes takes gradients per sample, which discriminator.normalisation: batch couples"


@pytest.fixture(autouse=True)
def implying(no_plugin_files: None) -> None:
    """Plug-ins whose fields imply facts, known for one test alone."""
    plugins.load_file(Path(__file__).parent / "implying_plugins.py")


def read(body: str) -> SearchSpace:
    return parse_space(f"name: small\ndataset: ring\nplan: {{trials: 5}}\n{body}", "small.yaml")


def choices(seed: int) -> Callable[[str, Dimension], Setting]:
    source = random.Random(seed)

    def choose(_: str, dimension: Dimension) -> Setting:
        assert isinstance(dimension, Choice)
        return source.choice(dimension.choices)

    return choose


def seen(space: SearchSpace, *paths: str) -> set[tuple[Setting, ...]]:
    """The combinations of settings at ``paths`` that are sampled; each can be trained."""
    found = set()
    for seed in range(80):
        settings = space.settings(space.suggest(choices(seed)))
        assert not (couples(settings) and settings.get(SLOPES) is True)
        found.add(tuple(settings.get(path) for path in paths))
    return found


def couples(settings: dict[str, Setting]) -> bool:
    """Whether the facts of what is built say that scores depend on the batch."""
    network = discriminators.get(str(settings[ARCHITECTURE]))
    fields = {NORMALISATION.rpartition(".")[2]: settings[NORMALISATION]} if NORMALISATION in settings else {}
    trick = tricks.get("mixing")
    mode = {"mode": settings["tricks.mixing.mode"]} if settings.get("tricks.mixing.enabled") else {}
    return network(**fields).facts.couples_batch or trick(**mode).facts.couples_batch


def condition(space: SearchSpace, path: str) -> tuple[Condition, ...]:
    return next(each.conditions for each in space.parameters if each.path == path)


@pytest.mark.parametrize(
    "network", ["{architecture: layered, normalisation: batch}", "{architecture: coupling}", "coupling"]
)
def test_a_fixed_value_and_a_fixed_trick_are_refused(network: str) -> None:
    with pytest.raises(SpaceError, match="must not meet") as caught:
        read(f"discriminator: {network}\ntricks: {{slopes: true}}\n")
    (problem,) = caught.value.problems
    assert (problem.line, problem.rule) == (5, RULE)


def test_a_fixed_value_takes_a_searched_trick_out_with_a_note() -> None:
    space = read(f"discriminator: {{architecture: layered, normalisation: batch}}\ntricks: {{slopes: {SWITCH}}}\n")
    assert space.fixed[SLOPES] is False
    assert space.notes == (f"{SLOPES}: trick slopes is never on: {RULE}",)


@pytest.mark.parametrize("value", ["plain", "layer"])
def test_other_values_harm_nothing(value: str) -> None:
    space = read(f"discriminator: {{architecture: layered, normalisation: {value}}}\ntricks: {{slopes: true}}\n")
    assert (space.fixed[SLOPES], space.notes) == (True, ())


def test_a_searched_trick_is_asked_for_where_the_searched_value_permits() -> None:
    space = read(f"discriminator: {{architecture: layered, {SEARCHED}}}\ntricks: {{slopes: {SWITCH}}}\n")
    assert condition(space, SLOPES) == (Condition(NORMALISATION, ("plain", "layer"), or_absent=True),)
    both = {("plain", True), ("plain", False), ("layer", True), ("layer", False), ("batch", False)}
    assert seen(space, NORMALISATION, SLOPES) == both


def test_a_fixed_trick_is_off_where_the_searched_value_conflicts() -> None:
    space = read(f"discriminator: {{architecture: layered, {SEARCHED}}}\ntricks: {{slopes: true}}\n")
    assert seen(space, NORMALISATION, SLOPES) == {("plain", True), ("layer", True), ("batch", False)}


def test_the_value_counts_only_with_its_architecture() -> None:
    space = read(
        f"discriminator: {{architecture: {{choice: [bare, layered]}}, {SEARCHED}}}\ntricks: {{slopes: {SWITCH}}}\n"
    )
    assert seen(space, ARCHITECTURE, NORMALISATION, SLOPES) == {
        ("bare", None, True),
        ("bare", None, False),
        ("layered", "batch", False),
        *(("layered", value, on) for value in ("plain", "layer") for on in (True, False)),
    }


def test_a_fixed_value_counts_with_its_architecture() -> None:
    space = read(
        "discriminator: {architecture: {choice: [bare, layered]}, normalisation: batch}\n"
        f"tricks: {{slopes: {SWITCH}}}\n"
    )
    assert condition(space, SLOPES) == (Condition(ARCHITECTURE, ("bare",), or_absent=True),)


def test_defaults_count_with_their_architectures() -> None:
    space = read(
        f"discriminator: {{architecture: {{choice: [bare, layered, coupling]}}}}\ntricks: {{slopes: {SWITCH}}}\n"
    )
    assert condition(space, SLOPES) == (Condition(ARCHITECTURE, ("bare", "layered"), or_absent=True),)
    assert ("coupling", "batch", False) in seen(space, ARCHITECTURE, NORMALISATION, SLOPES)


WHEN = "when: {generator.layers: {min: 3}}"


@pytest.mark.parametrize(
    ("network", "asked", "left", "or_absent"),
    [
        ("layered", "[plain, batch]", ("plain",), True),
        ("layered", "[batch]", (), True),
        ("coupling", "[plain, batch]", ("plain",), False),
        ("coupling", "[plain, layer]", ("plain", "layer"), False),
    ],
)
def test_what_holds_where_the_value_is_not_asked_for_counts(
    network: str, asked: str, left: tuple[str, ...], or_absent: bool
) -> None:
    space = read(
        "generator: {layers: {choice: [2, 4]}}\n"
        f"discriminator: {{architecture: {network}, normalisation: {{choice: {asked}, {WHEN}}}}}\n"
        f"tricks: {{slopes: {SWITCH}}}\n"
    )
    assert condition(space, SLOPES) == (Condition(NORMALISATION, left, or_absent=or_absent),)
    assert {on for (on,) in seen(space, SLOPES)} == {True, False}


def test_a_value_that_conflicts_asked_for_or_not_is_there_always() -> None:
    space = read(
        "generator: {layers: {choice: [2, 4]}}\n"
        f"discriminator: {{architecture: coupling, normalisation: {{choice: [batch], {WHEN}}}}}\n"
        f"tricks: {{slopes: {SWITCH}}}\n"
    )
    assert space.fixed[SLOPES] is False
    assert len(space.notes) == 1


def test_a_generator_harms_no_gradient_of_the_scores() -> None:
    space = read("generator: layered_maker\ntricks: {slopes: true}\n")
    assert (space.fixed[SLOPES], space.notes) == (True, ())


def test_what_the_field_of_a_trick_implies_is_the_tricks_own() -> None:
    body = "tricks:\n  mixing: {{{}mode: {}}}\n  slopes: {}\n"
    switched = "enabled: {choice: [true, false]}, "
    never = read(body.format(switched, "together", "true"))
    assert never.fixed["tricks.mixing.enabled"] is False
    assert never.notes[0].startswith("tricks.mixing.enabled: tricks.mixing.mode: together is never on: must not meet")
    assert read(body.format(switched, "alone", "true")).notes == ()
    space = read(body.format(switched, "{choice: [alone, together]}", SWITCH))
    assert condition(space, SLOPES) == (Condition("tricks.mixing.enabled", (False,), or_absent=True),)
    assert seen(space, "tricks.mixing.enabled", SLOPES) == {(False, False), (True, False), (False, True)}
