"""Users' modules in training: lanes together and alone, first values, what stays fixed, resuming, sampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gansearch.data import Data
from gansearch.errors import TrainingError
from gansearch.gan import Module, discriminators, generators
from gansearch.gan.torch_lanes import TorchLanes, tensors_of
from gansearch.plugins import load_file
from gansearch.records import Geometry
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.draws import FakeDraws
from gansearch.training import Lane, Pack
from gansearch.training.checkpoint import from_bytes, to_bytes
from gansearch.tricks import tricks

IMAGES = Geometry((1, 8, 8), bounded=True, classes=2)
SEEDS = (3, 4, 5)


@pytest.fixture(autouse=True)
def networks() -> None:
    load_file(Path(__file__).parent / "torch_networks.py")


class Seeded:
    """One generator a lane, as the streams of a pack."""

    def __init__(self, seeds: Sequence[int]) -> None:
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        return torch.stack([torch.randn(shape, generator=one).double() for one in self.generators])

    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        return torch.stack([torch.rand(shape, generator=one).double() for one in self.generators])


def built(discriminator: str) -> Module:
    return discriminators.get(discriminator)().build(IMAGES)


def first(module: Module, *seeds: int) -> dict[str, Tensor]:
    assert isinstance(module, TorchLanes)
    return module.initial_values(Seeded(seeds))


def lane(index: int, discriminator: str = "own_mlp", *, norm: str = "none", r1: bool = True) -> Lane:
    """Lanes differ in their seed, their rates and the weight of their penalty."""
    penalties = [tricks.get("r1_penalty")(gamma=1.0 + index)] if r1 else []  # type: ignore[call-arg]
    tiny = tiny_configuration(*penalties)
    generator: Any = generators.get("own_mlp")
    rate: Any = replace(tiny.generator_optimizer, lr=2e-4 * (1 + index))  # type: ignore[call-arg]
    configuration = replace(
        tiny,
        generator=generator(latent_size=4, width=8, norm=norm),
        discriminator=discriminators.get(discriminator)(),
        generator_optimizer=rate,
    )
    return Lane(configuration, seed=100 + index)


def trained(data: Data, *lanes: Lane, epochs: int = 2) -> tuple[Pack, np.ndarray[Any, Any]]:
    pack = Pack(lanes, data, dtype=torch.float64)
    return pack, np.concatenate([pack.train_epoch().values for _ in range(epochs)], axis=2)


@pytest.mark.parametrize(("discriminator", "r1"), [("own_mlp", True), ("own_convolved", True), ("mlp", False)])
def test_a_lane_in_a_pack_equals_the_lane_alone(discriminator: str, r1: bool, tiny_data: Data) -> None:
    lanes = [lane(index, discriminator, norm="batch", r1=r1) for index in range(3)]
    together, signals = trained(tiny_data, *lanes)
    samples = together.sample(10, averaged=False)

    for index, one in enumerate(lanes):
        alone, expected = trained(tiny_data, one)
        np.testing.assert_allclose(signals[index], expected[0], rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(samples[index], alone.sample(10, averaged=False)[0], rtol=0, atol=1e-9)


def test_first_values_are_what_the_constructor_draws_at_a_seed_of_the_lane() -> None:
    module = built("own_convolved")
    values = first(module, *SEEDS)

    for index, seed in enumerate(SEEDS):
        high, low = (torch.rand(2, generator=torch.Generator().manual_seed(seed)) * 65536).long().tolist()
        with torch.random.fork_rng():
            torch.manual_seed(high * 65536 + low)
            own = tensors_of(discriminators.get("own_convolved")().module(IMAGES))  # type: ignore[attr-defined]
        for name, value in values.items():
            assert torch.equal(value[index], own[name].double()), name


def test_lanes_start_apart_and_the_same_seed_starts_the_same() -> None:
    module = built("own_mlp")
    values = first(module, 3, 4, 3)

    for value in values.values():
        assert torch.equal(value[0], value[2])
        assert not torch.equal(value[0], value[1])


def test_first_values_leave_the_global_generator_where_it_was() -> None:
    module = built("own_mlp")
    before = torch.get_rng_state()

    first(module, *SEEDS)

    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("seeds", [SEEDS, SEEDS[:1]])
def test_the_output_is_that_of_the_module_alone(seeds: tuple[int, ...]) -> None:
    module = built("own_mlp")
    values = first(module, *seeds)
    images = torch.randn(len(seeds), 5, 1, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    scores = module(values, images, None)

    assert scores.shape == (len(seeds), 5)
    for index in range(len(seeds)):
        own = discriminators.get("own_mlp")().module(IMAGES).double().eval()  # type: ignore[attr-defined]
        own.load_state_dict({name: value[index] for name, value in values.items()})
        torch.testing.assert_close(scores[index], own(images[index]).squeeze(1), rtol=0, atol=1e-12)


def test_what_is_tied_fixed_or_frozen_is_found() -> None:
    parameters = {parameter.name: parameter for parameter in built("own_convolved").parameters}

    assert parameters["projection"].is_frozen
    assert [name for name, one in parameters.items() if one.is_frozen] == ["projection"]
    assert "once.weight" in parameters
    assert not {"again.weight", "table", "norm.running_mean"} & parameters.keys()


def test_a_frozen_parameter_keeps_its_first_values_while_others_learn(tiny_data: Data) -> None:
    lanes = [lane(0, "own_convolved"), lane(1, "own_convolved")]
    pack, _ = trained(tiny_data, *lanes, epochs=1)
    untrained = Pack(lanes, tiny_data, dtype=torch.float64)
    parameters = built("own_convolved").parameters
    sizes = [torch.Size(parameter.shape).numel() for parameter in parameters]

    for index in range(2):
        now, before = (
            torch.split(each.lane_state(index).tensors["discriminator.parameters"], sizes) for each in (pack, untrained)
        )
        is_same = {one.name: torch.equal(now[at], before[at]) for at, one in enumerate(parameters)}
        assert [name for name, same in is_same.items() if same] == ["projection"]


def test_dropout_draws_from_the_lanes_own_streams() -> None:
    module = built("own_mlp")
    values = first(module, *SEEDS)
    images = torch.randn(3, 5, 1, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    together = module(values, images, FakeDraws(SEEDS))

    assert not torch.allclose(together, module(values, images, None))
    for index, seed in enumerate(SEEDS):
        one = {name: value[index : index + 1] for name, value in values.items()}
        alone = module(one, images[index : index + 1], FakeDraws([seed]))
        torch.testing.assert_close(together[index], alone[0], rtol=0, atol=1e-12)


def test_samples_follow_the_parameters_and_nothing_else(tiny_data: Data) -> None:
    """Batch statistics are those of the samples drawn: what was trained on leaves no trace in the module."""
    pack, _ = trained(tiny_data, lane(0, norm="batch"), epochs=1)
    other = Pack([lane(0, norm="batch")], tiny_data, dtype=torch.float64)

    other.load_lane_state(0, pack.lane_state(0))

    assert torch.equal(pack.sample(20, averaged=False), other.sample(20, averaged=False))


@pytest.mark.parametrize("discriminator", ["own_mlp", "own_convolved", "own_one_lane"])
def test_resumes_to_the_bit(discriminator: str, tiny_data: Data) -> None:
    lanes = [lane(0, discriminator, norm="batch")]
    straight, _ = trained(tiny_data, *lanes, epochs=3)
    half, _ = trained(tiny_data, *lanes, epochs=1)
    resumed = Pack(lanes, tiny_data, dtype=torch.float64)
    resumed.load_lane_state(0, from_bytes(to_bytes(half.lane_state(0), {})))
    for _ in range(2):
        resumed.train_epoch()

    expected = straight.lane_state(0).tensors
    for name, tensor in resumed.lane_state(0).tensors.items():
        assert torch.equal(tensor, expected[name]), name


def test_packs_of_networks_that_run_as_one_lane_are_refused_with_the_reason(tiny_data: Data) -> None:
    assert Pack([lane(0, "own_one_lane")], tiny_data).count == 1
    with pytest.raises(
        TrainingError,
        match=r"a pack with OneLaneDiscriminator must have one lane; got 2: OneLaneDiscriminator runs as one lane: "
        r"torch.func.vmap has no rule for aten::_weight_norm",
    ):
        Pack([lane(0, "own_one_lane"), lane(1, "own_one_lane")], tiny_data)


def test_a_call_with_several_lanes_is_refused_where_they_cannot_be_one_program() -> None:
    module = built("own_one_lane")
    twice = {name: torch.cat([value, value]) for name, value in first(module, 3).items()}

    with pytest.raises(TrainingError, match=r"must have one lane; got 2"):
        module(twice, torch.zeros(2, 5, 1, 8, 8, dtype=torch.float64), None)


def test_a_configuration_says_how_many_lanes_it_may_have() -> None:
    assert lane(0).configuration.max_lanes is None
    assert lane(0, "own_one_lane").configuration.max_lanes == 1
    reason = lane(0, "own_one_lane").configuration.one_lane_reason
    assert reason is not None
    assert reason.startswith("OneLaneDiscriminator runs as one lane")
