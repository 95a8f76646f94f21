"""Networks made of a user's own module: what they declare, what is checked once, the contract of every network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import nn

from gansearch.dimensions import Float, Int, declared, static, traced
from gansearch.errors import PluginError
from gansearch.gan import Discriminator, Generator, discriminators, generators
from gansearch.gan.torch_module import TorchDiscriminator, TorchGenerator
from gansearch.plugins import load_file
from gansearch.records import Geometry
from gansearch.testing.contracts import check_discriminator, check_generator
from gansearch.testing.contracts.networks import IMAGES, POINTS

NAMES = ("own_convolved", "own_mlp", "own_one_lane")


@pytest.fixture(autouse=True)
def networks() -> None:
    load_file(Path(__file__).parent / "torch_networks.py")


@dataclass(frozen=True, kw_only=True, eq=False)
class Counted(TorchDiscriminator):
    """Counts how often its module is made."""

    made: ClassVar[list[Geometry]] = []

    width: int = static(4, Int(2, 8), "hidden units")

    def module(self, geometry: Geometry) -> nn.Module:
        """Two layers; too narrow a one is refused by torch."""
        self.made.append(geometry)
        return nn.Sequential(nn.Flatten(), nn.Linear(geometry.numel, self.width), nn.ELU(), nn.Linear(self.width, 1))


@pytest.fixture(autouse=True)
def uncounted() -> Iterator[None]:
    yield
    Counted.made.clear()


def test_the_base_classes_are_no_networks_themselves() -> None:
    assert generators.get("own_mlp").__bases__ == (TorchGenerator,)
    assert discriminators.get("own_mlp").__bases__ == (TorchDiscriminator,)
    for registry in (generators, discriminators):
        assert not {TorchGenerator, TorchDiscriminator} & set(registry)


def test_a_generator_has_a_latent_size_like_any_other() -> None:
    cls: Any = generators.get("own_mlp")

    assert list(declared(cls)) == ["latent_size", "width", "norm"]
    assert cls().latent_size == 100
    assert cls(latent_size=7).case(IMAGES).input_shape == (7,)


def test_generators_fulfil_the_contract_of_networks() -> None:
    check_generator(generators.get("own_mlp"), (IMAGES, POINTS))


@pytest.mark.parametrize("name", NAMES)
def test_discriminators_fulfil_the_contract_of_networks(name: str) -> None:
    check_discriminator(discriminators.get(name))


def test_first_values_are_the_modules_own() -> None:
    assert {network().initialisation for network in (*generators, *discriminators) if "own" in network.name} == {"own"}


def test_a_field_may_bring_facts() -> None:
    generator: Any = generators.get("own_mlp")

    assert generator(norm="batch").case(IMAGES).couples_batch
    assert not generator(norm="none").case(IMAGES).couples_batch


def test_a_structure_is_examined_once_in_a_process() -> None:
    Counted(width=5).build(IMAGES)
    examined = len(Counted.made)
    Counted(width=5).build(IMAGES)

    assert examined > 3
    assert len(Counted.made) == examined + 1
    Counted(width=6).build(IMAGES)
    assert len(Counted.made) > examined + 3
    assert Counted(width=6).build(POINTS).parameters[0].shape == (6, 2)


def test_numbers_that_differ_between_lanes_are_refused() -> None:
    @dataclass(frozen=True, kw_only=True, eq=False)
    class Sloped(TorchDiscriminator):
        slope: float = traced(0.2, Float(0.0, 1.0), "slope below 0")

        def module(self, geometry: Geometry) -> nn.Module:
            return nn.Sequential(nn.Flatten(), nn.LeakyReLU(self.slope), nn.Linear(geometry.numel, 1))

    with pytest.raises(PluginError, match=r"Sloped\.slope must be declared with static\(\).*got traced\(\)"):
        Sloped(slope=torch.tensor([0.1, 0.2])).build(IMAGES)  # type: ignore[arg-type]


def test_structure_that_differs_between_lanes_is_refused() -> None:
    @dataclass(frozen=True, kw_only=True, eq=False)
    class Deep(TorchDiscriminator):
        blocks: int = static(2, Int(1, 4), "hidden blocks", mixed=True)

    with pytest.raises(
        PluginError, match=r"Deep\.blocks must be declared with static\(\).*got static\(\.\.\., mixed=True\)"
    ):
        Deep().build(IMAGES)


def test_a_network_that_cannot_be_trained_is_refused_when_built_and_alone_in_its_pack() -> None:
    @dataclass(frozen=True, kw_only=True, eq=False)
    class Wrong(TorchGenerator):
        def module(self, geometry: Geometry) -> nn.Module:
            return nn.Linear(self.latent_size, geometry.numel)

    rule = r"Wrong: for a batch of 4 the module must give a tensor of shape \[4, 1, 8, 8\]; got \[4, 64\]"
    with pytest.raises(PluginError, match=rule):
        Wrong().build(IMAGES)
    assert Wrong().one_lane_reason(IMAGES) is not None


def test_a_constructor_that_raises_fails_its_own_network_alone() -> None:
    @dataclass(frozen=True, kw_only=True, eq=False)
    class Attending(TorchDiscriminator):
        def module(self, geometry: Geometry) -> nn.Module:
            return nn.MultiheadAttention(geometry.numel, num_heads=3)

    with pytest.raises(PluginError, match=r"Attending\.module must make its module; got AssertionError: embed_dim"):
        Attending().build(IMAGES)
    assert Attending().one_lane_reason(IMAGES) is not None


@pytest.mark.parametrize("base", [Generator, Discriminator])
def test_every_other_network_takes_any_number_of_lanes(base: type[Any]) -> None:
    for registry in (generators, discriminators):
        for network in registry:
            if issubclass(network, base) and "own" not in network.name:
                assert network().one_lane_reason(IMAGES) is None
