"""Nested fields, slots and ``when``: what is asked for, and what holds where it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import pytest

from gansearch.dimensions import Choice, Float, Int
from gansearch.records import Setting
from gansearch.space import Condition, SearchParameter, SearchSpace

Read: TypeAlias = Callable[[str], SearchSpace]


def parameter(space: SearchSpace, path: str) -> SearchParameter:
    return next(each for each in space.parameters if each.path == path)


def settings(space: SearchSpace, **chosen: Setting) -> Mapping[str, Setting]:
    """Full settings with parameters given by the last parts of their paths, the others at their defaults."""
    given = {
        each.path: chosen[each.path.replace(".", "_")]
        for each in space.parameters
        if each.path.replace(".", "_") in chosen
    }
    parameters: dict[str, Setting] = {}
    for each in space.parameters:
        if each.is_active(parameters):
            parameters[each.path] = given.get(each.path, each.default_value())
    return space.settings(parameters)


def test_fields_of_a_switched_trick_are_asked_for_only_when_it_is_on(read: Read) -> None:
    space = read("tricks: {label_smoothing: {enabled: {choice: [true, false]}, real: {float: [0.7, 1.0]}}}\n")
    real = parameter(space, "tricks.label_smoothing.real")
    assert real.conditions == (Condition("tricks.label_smoothing.enabled", (True,)),)
    off = space.settings({"tricks.label_smoothing.enabled": False})
    assert off["tricks.label_smoothing.enabled"] is False
    assert [path for path in off if path.startswith("tricks.")] == ["tricks.label_smoothing.enabled"]
    on = space.settings({"tricks.label_smoothing.enabled": True, real.path: 0.8})
    assert on[real.path] == 0.8
    assert on["tricks.label_smoothing.fake"] == 0.0


@pytest.mark.parametrize(
    ("written", "value"),
    [("true", True), ("false", False), ("{}", True), ("{enabled: false, sigma: 0.2}", False), ("{sigma: 0.2}", True)],
)
def test_short_forms_of_a_switch(read: Read, written: str, value: bool) -> None:
    space = read(f"tricks: {{instance_noise: {written}}}\n")
    assert space.fixed["tricks.instance_noise.enabled"] is value
    assert ("tricks.instance_noise.sigma" in space.fixed) is value
    assert space.parameters == ()


def test_a_searched_switch_in_short(read: Read) -> None:
    space = read("tricks: {instance_noise: {choice: [true, false]}}\n")
    assert parameter(space, "tricks.instance_noise.enabled").dimension == Choice((True, False))


def test_a_slot_chooses_one_trick_and_its_fields(read: Read) -> None:
    space = read(
        "tricks:\n  gradient_penalty: {choice: [off, r1_penalty, wgan_gp]}\n"
        "  r1_penalty: {gamma: {float: [0.1, 100], log: true}}\n"
    )
    gamma = parameter(space, "tricks.r1_penalty.gamma")
    assert gamma.conditions == (Condition("tricks.gradient_penalty", ("r1_penalty",)),)
    assert gamma.dimension == Float(0.1, 100.0, log=True)
    chosen = settings(space, tricks_gradient_penalty="wgan_gp")
    assert chosen["tricks.wgan_gp.weight"] == 10.0
    assert "tricks.r1_penalty.gamma" not in chosen


def test_a_fixed_slot(read: Read) -> None:
    space = read("tricks: {gradient_penalty: r1_penalty, r1_penalty: {gamma: {float: [1, 9]}}}\n")
    assert parameter(space, "tricks.r1_penalty.gamma").conditions == ()
    assert space.fixed["tricks.gradient_penalty"] == "r1_penalty"
    assert read("tricks: {gradient_penalty: off}\n").fixed["tricks.gradient_penalty"] == "off"


@pytest.mark.parametrize(
    ("when", "condition", "holds", "fails"),
    [
        ("{generator.layers: {min: 3}}", Condition("generator.layers", low=3), 3, 2),
        ("{generator.layers: {max: 4}}", Condition("generator.layers", high=4), 4, 5),
        ("{generator.layers: {min: 3, max: 4}}", Condition("generator.layers", low=3, high=4), 4, 5),
        ("{generator.layers: 3}", Condition("generator.layers", (3,)), 3, 4),
        ("{generator.layers: [3, 5]}", Condition("generator.layers", (3, 5)), 5, 4),
    ],
)
def test_when(read: Read, when: str, condition: Condition, holds: int, fails: int) -> None:
    space = read(f"generator: {{dropout: {{float: [0.1, 0.6], when: {when}}}, layers: {{int: [2, 7]}}}}\n")
    dropout = parameter(space, "generator.dropout")
    assert dropout.conditions == (condition,)
    assert [each.path for each in space.parameters] == ["generator.layers", "generator.dropout"]
    asked = space.settings({"generator.layers": holds, "generator.dropout": 0.5})
    assert asked["generator.dropout"] == 0.5
    assert space.settings({"generator.layers": fails})["generator.dropout"] == 0.0


def test_when_on_a_word_and_on_two_parameters(read: Read) -> None:
    space = read(
        "generator: {activation: {choice: [relu, elu]}, layers: {int: [2, 7]},\n"
        "  dropout: {float: [0, 0.6], when: {generator.activation: relu, generator.layers: {min: 4}}}}\n"
    )
    both = parameter(space, "generator.dropout")
    assert both.is_active({"generator.activation": "relu", "generator.layers": 4})
    assert not both.is_active({"generator.activation": "elu", "generator.layers": 4})
    assert not both.is_active({"generator.activation": "relu", "generator.layers": 3})


def test_when_of_a_fixed_setting_that_holds_is_no_condition(read: Read) -> None:
    space = read("generator: {layers: 3, dropout: {float: [0, 0.6], when: {generator.layers: {min: 3}}}}\n")
    assert parameter(space, "generator.dropout").conditions == ()


def test_when_inside_a_searched_trick(read: Read) -> None:
    space = read(
        "generator: {layers: {int: [2, 7]}}\n"
        "tricks: {instance_noise: {enabled: {choice: [true, false]}, sigma: {float: [0.1, 0.5]},"
        " when: {generator.layers: {min: 5}}}}\n"
    )
    assert parameter(space, "tricks.instance_noise.enabled").conditions == (Condition("generator.layers", low=5),)
    assert space.settings({"generator.layers": 2})["tricks.instance_noise.enabled"] is False
    assert "tricks.instance_noise.sigma" not in settings(space, generator_layers=2)


def test_when_inside_a_fixed_trick_switches_it_and_its_fields(read: Read) -> None:
    space = read(
        "generator: {layers: {int: [2, 7]}}\n"
        "tricks: {instance_noise: {sigma: {float: [0.1, 0.5]}, when: {generator.layers: {min: 5}}}}\n"
    )
    assert "tricks.instance_noise.enabled" not in space.fixed
    assert parameter(space, "tricks.instance_noise.sigma").conditions == (Condition("generator.layers", low=5),)
    deep = space.settings({"generator.layers": 6, "tricks.instance_noise.sigma": 0.3})
    assert deep["tricks.instance_noise.enabled"] is True
    assert deep["tricks.instance_noise.fraction"] == 1.0
    shallow = space.settings({"generator.layers": 3})
    assert shallow["tricks.instance_noise.enabled"] is False
    assert "tricks.instance_noise.fraction" not in shallow


def test_when_beside_a_slot(read: Read) -> None:
    space = read(
        "generator: {layers: {int: [2, 7]}}\n"
        "tricks: {gradient_penalty: {choice: [r1_penalty, wgan_gp], when: {generator.layers: {min: 5}}}}\n"
    )
    shallow = space.settings({"generator.layers": 2})
    assert shallow["tricks.gradient_penalty"] == "off"
    assert not [path for path in shallow if "r1_penalty" in path or "wgan_gp" in path]


def test_an_inactive_parameter_meets_no_condition(read: Read) -> None:
    space = read(
        "generator: {layers: {int: [2, 7]}}\n"
        "tricks:\n  instance_noise: {sigma: {float: [0, 0.5]}, enabled: {choice: [true, false]}}\n"
        "  ema: {enabled: {choice: [true, false]}, when: {tricks.instance_noise.sigma: {max: 0.2}}}\n"
    )
    ema = parameter(space, "tricks.ema.enabled")
    assert not ema.is_active({"generator.layers": 3, "tricks.instance_noise.enabled": False})
    assert ema.is_active({"tricks.instance_noise.enabled": True, "tricks.instance_noise.sigma": 0.1})


def test_a_choice_of_optimizer_has_fields_of_either(read: Read) -> None:
    space = read(
        "optimizer: {generator: {name: {choice: [adam, sgd]}, lr: {float: [1e-4, 1e-2], log: true},"
        " momentum: {float: [0, 0.9]}}}\n"
    )
    name = "optimizer.generator.name"
    assert parameter(space, "optimizer.generator.lr").conditions == ()
    assert parameter(space, "optimizer.generator.momentum").conditions == (Condition(name, ("sgd",)),)
    adam = space.settings({name: "adam", "optimizer.generator.lr": 1e-3})
    assert adam["optimizer.generator.beta1"] == 0.5
    assert "optimizer.generator.momentum" not in adam
    sgd = settings(space, optimizer_generator_name="sgd")
    assert "optimizer.generator.beta1" not in sgd


def test_a_field_left_out_has_the_default_of_each_alternative(read: Read) -> None:
    space = read("optimizer: {generator: {name: {choice: [adam, sgd]}}}\n")
    assert settings(space, optimizer_generator_name="adam")["optimizer.generator.lr"] == 2e-4
    assert settings(space, optimizer_generator_name="sgd")["optimizer.generator.lr"] == 1e-2


def test_an_inactive_field_has_the_default_of_each_alternative(read: Read) -> None:
    space = read(
        "generator: {layers: {int: [2, 7]}}\n"
        "optimizer: {generator: {name: {choice: [adam, sgd]},"
        " lr: {float: [1e-3, 1e-2], when: {generator.layers: 3}}}}\n"
    )
    for name, rate in (("adam", 2e-4), ("sgd", 1e-2)):
        parameters: dict[str, Setting] = {"generator.layers": 4, "optimizer.generator.name": name}
        assert space.settings(parameters)["optimizer.generator.lr"] == rate


def test_losses_in_every_form(read: Read) -> None:
    assert read("loss: minimax\n").fixed["loss.name"] == "minimax"
    assert read("loss: {name: minimax}\n").fixed["loss.name"] == "minimax"
    both = Choice(("non_saturating", "minimax"))
    for form in ("{choice: [non_saturating, minimax]}", "{name: {choice: [non_saturating, minimax]}}"):
        assert parameter(read(f"loss: {form}\n"), "loss.name").dimension == both


def test_what_is_left_out_is_at_its_default(read: Read) -> None:
    fixed = read("").fixed
    assert fixed["generator.architecture"] == fixed["discriminator.architecture"] == "mlp"
    assert fixed["loss.name"] == "non_saturating"
    for player in ("generator", "discriminator"):
        assert fixed[f"optimizer.{player}.name"] == "adam"
        assert fixed[f"optimizer.{player}.lr"] == 2e-4
        assert (fixed[f"optimizer.{player}.beta1"], fixed[f"optimizer.{player}.beta2"]) == (0.5, 0.999)


def test_types_follow_the_fields(read: Read) -> None:
    space = read(
        "generator: {dropout: {choice: [0, 0.5]}, layers: {int: [2, 8], step: 3}}\ntricks: {ema: {decay: 1}}\n"
    )
    assert parameter(space, "generator.dropout").dimension == Choice((0.0, 0.5))
    assert parameter(space, "generator.layers").dimension == Int(2, 8, step=3)
    assert repr(space.fixed["tricks.ema.decay"]) == "1.0"
