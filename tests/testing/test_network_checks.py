"""The contract suite for networks finds what it is there to find: each network here breaks one rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch
from torch import Tensor

from gansearch.dimensions import Choice, static
from gansearch.gan import Discriminator, Divided, Draws, Generator, Module, Parameter, generators
from gansearch.records import Facts, Geometry
from gansearch.testing.contracts import check_discriminator, check_generator

Forward = Callable[[Mapping[str, Tensor], Tensor], Tensor]
WEIGHT = Parameter("weight", (64, 4), 4)
SCORE = Parameter("weight", (64,), 64)


class Fixed:
    """A module made of its parameters and one function."""

    def __init__(self, forward: Forward, *parameters: Parameter) -> None:
        self.parameters = parameters
        self._forward = forward

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        return self._forward(parameters, inputs)


def generator(forward: Forward, *parameters: Parameter) -> type[Generator]:
    @dataclass(frozen=True, kw_only=True, eq=False)
    class Made(Generator):
        """A generator under test."""

        name: ClassVar[str] = "made"

        @property
        def initialisation(self) -> str:
            return "he"

        @property
        def latent_size(self) -> int:
            return 4

        def build(self, geometry: Geometry) -> Module:
            return Fixed(forward, *parameters)

    return Made


def discriminator(forward: Forward, *, couples: bool = False) -> type[Discriminator]:
    @dataclass(frozen=True, kw_only=True, eq=False)
    class Made(Discriminator):
        """A discriminator under test."""

        name: ClassVar[str] = "made"
        facts: ClassVar[Facts] = Facts(couples_batch=couples)

        @property
        def initialisation(self) -> str:
            return "he"

        def build(self, geometry: Geometry) -> Module:
            return Fixed(forward, SCORE)

    return Made


def generated(values: Mapping[str, Tensor], latents: Tensor) -> Tensor:
    return torch.tanh(latents @ values["weight"].mT).reshape(latents.shape[0], -1, 1, 8, 8)


def scores(values: Mapping[str, Tensor], samples: Tensor) -> Tensor:
    return (samples.flatten(2) * values["weight"][:, None]).sum(2)


def test_good_networks_pass() -> None:
    check_generator(generator(generated, WEIGHT))
    check_discriminator(discriminator(scores))


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (generator(generated), "must have parameters"),
        (generator(generated, WEIGHT, WEIGHT), "the names of parameters must differ"),
        (generator(generated, WEIGHT, Parameter("none", (0, 2), 2)), "none must not be empty"),
        (generator(generated, WEIGHT, Parameter("odd", (2,), 0)), "odd must have a fan-in; got 0"),
        (generator(generated, WEIGHT, Parameter("idle", (2,), 2)), "idle must get a gradient; got none"),
        (generator(lambda v, z: 3 * generated(v, z), WEIGHT), r"must lie in \[-1, 1\]; got"),
        (generator(lambda v, z: generated(v, z)[:, :, 0], WEIGHT), r"samples must be \(3, 16, 1, 8, 8\)"),
        (generator(lambda v, z: generated(v, torch.ones_like(z)), WEIGHT), "samples must follow the latents"),
        (generator(lambda v, z: generated(v, z.relu() * 0 + z.detach()), WEIGHT), "gradient of input must not be all"),
        (generator(lambda v, z: generated(v, z - z.mean(0)), WEIGHT), "a lane alone and in a pack must be equal"),
        (generator(lambda v, z: generated(v, z - z.mean(1, keepdim=True)), WEIGHT), "must declare couples_batch"),
    ],
)
def test_each_broken_rule_of_a_generator_is_named(cls: type[Generator], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_generator(cls)


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (discriminator(lambda v, x: scores(v, x)[..., None]), r"scores must be \[K, B\]; got \(3, 16, 1\)"),
        (discriminator(lambda v, x: scores(v, x) / 0), "must be finite"),
        (discriminator(lambda v, x: scores(v, x - x.mean(1, keepdim=True))), "must declare couples_batch"),
    ],
)
def test_each_broken_rule_of_a_discriminator_is_named(cls: type[Discriminator], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_discriminator(cls)


def test_samples_that_a_network_does_not_take_are_named() -> None:
    points = Geometry((2,), bounded=False, classes=0)
    with pytest.raises(AssertionError, match=r"must take samples of shape \(2,\); it needs images"):
        check_generator(generators.get("dcgan"), (points,))


def test_a_coupled_batch_may_be_implied_by_a_field() -> None:
    @dataclass(frozen=True, kw_only=True, eq=False)
    class Made(discriminator(scores)):  # type: ignore[misc]
        """A discriminator under test that couples the batch where it is told to."""

        name: ClassVar[str] = "made"
        centred: bool = static(False, Choice((False, True)), "centre the batch", implies={True: ("couples_batch",)})

        def build(self, geometry: Geometry) -> Module:
            return Fixed(lambda v, x: scores(v, x - x.mean(1, keepdim=True) if self.centred else x), SCORE)

    check_discriminator(Made)


def dividing(trunk: Forward, head: Callable[[int], Forward], features: int = 64) -> type[Discriminator]:
    """A discriminator of two parts; the head is made for a number of added features."""

    @dataclass(frozen=True, kw_only=True, eq=False)
    class Made(Discriminator):
        """A discriminator under test."""

        name: ClassVar[str] = "made"
        facts: ClassVar[Facts] = Facts(gives_features=True)

        @property
        def initialisation(self) -> str:
            return "he"

        def build(self, geometry: Geometry) -> Module:
            return Fixed(scores, SCORE)

        def divided(self, geometry: Geometry, added: int = 0) -> Divided:
            weight = Parameter("weight", (64 + added,), 64)
            return Divided(Fixed(trunk), Fixed(head(added), weight), features)

    return Made


def flat(values: Mapping[str, Tensor], samples: Tensor) -> Tensor:
    return samples.flatten(2)


def weighted(added: int) -> Forward:
    return lambda values, features: (features * values["weight"][:, None]).sum(2)


def first(added: int) -> Forward:
    """Of the features alone, so that added numbers do not reach the scores."""
    return lambda v, x: (x[..., :64] * v["weight"][:, None, :64]).sum(2) + 0 * (x.sum(2) + v["weight"].sum(1)[:, None])


def test_a_discriminator_in_two_parts_passes() -> None:
    check_discriminator(dividing(flat, weighted))


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (dividing(lambda _, x: x, weighted), r"features must be \(3, 16, 64\); got \(3, 16, 1, 8, 8\)"),
        (dividing(flat, weighted, features=65), r"features must be \(3, 16, 65\); got \(3, 16, 64\)"),
        (dividing(flat, lambda _: lambda v, x: 2 * weighted(0)(v, x)), "trunk and head must give its scores"),
        (dividing(flat, first), "every added number must reach the scores"),
    ],
)
def test_each_broken_rule_of_two_parts_is_named(cls: type[Discriminator], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_discriminator(cls)


class Noisy(Fixed):
    """Adds noise also when samples are drawn."""

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        output = super().__call__(parameters, inputs, draws)
        return (
            output
            if draws is None
            else output * draws.keep_mask("mask", output.shape[1:], inputs.new_zeros(len(inputs)) + 0.5)
        )


@pytest.mark.parametrize(
    ("module", "told", "message"),
    [
        (Noisy, False, "must draw nothing when samples are drawn; its samples differ"),
        (Fixed, True, r"must draw when samples are drawn, as \['noise_when_sampling'\] say; it does not"),
    ],
)
def test_what_is_drawn_when_sampling_is_as_the_fields_say(module: type[Fixed], told: bool, message: str) -> None:
    @dataclass(frozen=True, kw_only=True, eq=False)
    class Made(generator(generated, WEIGHT)):  # type: ignore[misc]
        """A generator under test."""

        name: ClassVar[str] = "made"
        noise_when_sampling: bool = static(told, Choice((False, True)), "whether it draws")

        def build(self, geometry: Geometry) -> Module:
            return module(generated, WEIGHT)

    with pytest.raises(AssertionError, match=message):
        check_generator(Made)


def test_a_coupled_batch_may_be_declared() -> None:
    check_discriminator(discriminator(lambda v, x: scores(v, x - x.mean(1, keepdim=True)), couples=True))
