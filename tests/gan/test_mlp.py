"""The multi-layer perceptrons: their structure, their ranges, and torch's own layers with equal numbers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from gansearch.dimensions import declared
from gansearch.gan import Module, discriminators, generators
from gansearch.gan.activations import ACTIVATIONS
from gansearch.gan.layers import Dropout, Linear, Sequential
from gansearch.gan.mlp import MlpDiscriminator, MlpGenerator
from gansearch.records import Geometry
from gansearch.testing.draws import FakeDraws
from gansearch.testing.seeded import seeded_normal

IMAGES = Geometry((1, 4, 4), bounded=True, classes=2)
POINTS = Geometry((2,), bounded=False, classes=8)
LANES, BATCH = 3, 5


def values(module: Module, seed: int = 0) -> dict[str, Tensor]:
    stream = torch.Generator().manual_seed(seed)
    return {
        parameter.name: torch.randn(LANES, *parameter.shape, dtype=torch.float64, generator=stream)
        for parameter in module.parameters
    }


def latents(size: int) -> Tensor:
    return torch.randn(LANES, BATCH, size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_both_are_found_by_one_name() -> None:
    assert generators.get("mlp") is MlpGenerator
    assert discriminators.get("mlp") is MlpDiscriminator


def test_declared_fields() -> None:
    names = ["layers", "width", "activation", "dropout", "init"]

    assert list(declared(MlpGenerator)) == [*names, "latent_size"]
    assert list(declared(MlpDiscriminator)) == names
    assert [name for name, said in declared(MlpGenerator).items() if said.traced] == ["dropout"]
    assert [name for name, said in declared(MlpDiscriminator).items() if said.mixed] == ["layers", "activation"]


@pytest.mark.parametrize("layers", [1, 2, 3, 20])
def test_layers_counts_linear_layers(layers: int) -> None:
    for network in (MlpGenerator(layers=layers, width=8), MlpDiscriminator(layers=layers, width=8)):
        module = network.build(IMAGES)
        assert isinstance(module, Sequential)
        assert sum(isinstance(layer, Linear) for layer in module.layers) == layers


def test_number_of_parameters() -> None:
    module = MlpGenerator(layers=3, width=8, latent_size=4).build(IMAGES)

    count = sum(torch.Size(parameter.shape).numel() for parameter in module.parameters)

    assert count == (4 * 8 + 8) + (8 * 8 + 8) + (8 * 16 + 16)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_generator_equals_torchs_own_layers(activation: str) -> None:
    module = MlpGenerator(layers=3, width=8, activation=activation, latent_size=4).build(IMAGES)
    parameters, inputs = values(module), latents(4)

    got = module(parameters, inputs, None)

    for lane in range(LANES):
        linears = [nn.Linear(4, 8), nn.Linear(8, 8), nn.Linear(8, 16)]
        for name, one in zip(("linear.0", "linear.1", "output"), linears, strict=True):
            one.weight.data = parameters[f"{name}.weight"][lane]
            one.bias.data = parameters[f"{name}.bias"][lane]
        function = ACTIVATIONS[activation]
        expected = torch.tanh(linears[2](function(linears[1](function(linears[0](inputs[lane]))))))
        torch.testing.assert_close(got[lane], expected.view(BATCH, 1, 4, 4), rtol=0, atol=1e-12)


def test_only_bounded_samples_end_in_tanh() -> None:
    for geometry, is_bounded in ((IMAGES, True), (POINTS, False)):
        module = MlpGenerator(width=64, latent_size=4).build(geometry)
        samples = module(values(module), 10 * latents(4), None)
        assert samples.shape == (LANES, BATCH, *geometry.shape)
        assert bool((samples.abs() <= 1).all()) is is_bounded


def test_discriminator_gives_one_logit_a_sample() -> None:
    module = MlpDiscriminator(width=64).build(IMAGES)

    scores = module(values(module), latents(16).view(LANES, BATCH, 1, 4, 4), None)

    assert scores.shape == (LANES, BATCH)
    assert scores.abs().max() > 1


def test_dropout_follows_every_activation_and_is_left_out_at_zero() -> None:
    dropping = MlpDiscriminator(layers=4, width=8, dropout=0.5).build(IMAGES)
    keeping = MlpDiscriminator(layers=4, width=8).build(IMAGES)

    assert isinstance(dropping, Sequential)
    assert isinstance(keeping, Sequential)
    names = [layer.name for layer in dropping.layers if isinstance(layer, Dropout)]
    assert names == ["dropout.0", "dropout.1", "dropout.2"]
    assert not any(isinstance(layer, Dropout) for layer in keeping.layers)


def test_lanes_may_differ_in_dropout() -> None:
    module = MlpGenerator(width=64, dropout=torch.tensor([0.0, 0.5, 0.9]), latent_size=4).build(IMAGES)
    parameters, inputs = values(module), latents(4)

    with_dropout = module(parameters, inputs, FakeDraws((0, 1, 2)))
    without = module(parameters, inputs, None)

    assert torch.equal(with_dropout[0], without[0])
    assert not torch.equal(with_dropout[1], without[1])
    assert not torch.equal(with_dropout[2], without[2])


def test_the_initialisation_is_the_field_init() -> None:
    assert MlpGenerator().initialisation == "he"
    assert MlpDiscriminator(init="orthogonal").initialisation == "orthogonal"


def test_lanes_that_do_not_differ_make_plain_layers() -> None:
    module = MlpDiscriminator(layers=3, width=8, dropout=torch.full((LANES,), 0.5)).build(IMAGES)

    assert isinstance(module, Sequential)
    kinds = [type(layer).__name__ for layer in module.layers]
    assert kinds == ["Reshape", *["Linear", "Elementwise", "Dropout"] * 2, "Linear", "Reshape"]
    assert [each.key for each in module.parameters] == [
        f"{layer}.{kind}" for layer in ("output", "linear.0", "linear.1") for kind in ("weight", "bias")
    ]


@pytest.mark.parametrize("depths", [(4, 3, 2), (2, 4, 3), (3, 3, 3)])
@pytest.mark.parametrize("activations", [("relu", "elu", "elu"), ("gelu", "relu6", "gelu"), ("elu", "elu", "elu")])
def test_a_lane_of_another_depth_and_activation_equals_the_lane_alone(
    depths: tuple[int, ...], activations: tuple[str, ...]
) -> None:
    rates = torch.tensor([0.0, 0.3, 0.6], dtype=torch.float64)
    shared = MlpGenerator(width=8, latent_size=4, layers=depths, activation=activations, dropout=rates).build(IMAGES)
    numbers = {each.key: seeded_normal(each.name, range(LANES)[each.rows], each.shape) for each in shared.parameters}
    inputs = latents(4)

    together = shared(numbers, inputs, FakeDraws(range(LANES)))

    for lane in range(LANES):
        row = slice(lane, lane + 1)
        one = MlpGenerator(
            width=8, latent_size=4, layers=depths[lane], activation=activations[lane], dropout=rates[row]
        ).build(IMAGES)
        own = {each.name: seeded_normal(each.name, (lane,), each.shape) for each in one.parameters}
        expected = one(own, inputs[row], FakeDraws((lane,)))
        torch.testing.assert_close(together[row], expected, rtol=0, atol=1e-14)


def test_the_output_layer_is_one_for_all_lanes_and_stands_first() -> None:
    module = MlpDiscriminator(layers=(4, 2, 3), width=8).build(IMAGES)

    assert [(each.key, each.shape) for each in module.parameters][:2] == [
        ("output.weight", (1, 8)),
        ("output.bias", (1,)),
    ]


class Asked:
    """Drops nothing and notes which lanes masks are asked for."""

    def __init__(self, notes: list[tuple[str, tuple[int, int]]], place: tuple[int, int] = (0, LANES)) -> None:
        self.notes = notes
        self.place = place

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Tensor) -> Tensor:
        self.notes.append((consumer, self.place))
        return torch.ones(len(p), *shape, dtype=torch.float64)

    def lanes(self, start: int, stop: int) -> Asked:
        return Asked(self.notes, (start, stop))


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ((0.5, 0.0, 0.5), [("dropout.0", (0, 3)), ("dropout.1", (0, 2))]),
        ((0.0, 0.0, 0.5), [("dropout.0", (0, 3))]),
        ((0.0, 0.0, 0.0), []),
    ],
)
def test_masks_are_drawn_for_the_lanes_that_have_the_layer(
    rates: tuple[float, ...], expected: list[tuple[str, tuple[int, int]]]
) -> None:
    module = MlpDiscriminator(layers=(3, 3, 2), width=8, dropout=torch.tensor(rates)).build(IMAGES)
    numbers = {each.key: seeded_normal(each.name, range(LANES)[each.rows], each.shape) for each in module.parameters}
    notes: list[tuple[str, tuple[int, int]]] = []

    module(numbers, latents(16).view(LANES, BATCH, 1, 4, 4), Asked(notes))

    assert notes == expected


def test_a_single_layer_is_a_structure_of_its_own() -> None:
    structures = [MlpGenerator(layers=layers).structure() for layers in (1, 2, 20)]

    assert structures[0] != structures[1] == structures[2]
