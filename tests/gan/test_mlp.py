"""The multi-layer perceptrons: their structure, their ranges, and torch's own layers with equal numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gansearch.dimensions import declared
from gansearch.gan import Divided, Module, Network, discriminators, generators
from gansearch.gan.activations import ACTIVATIONS
from gansearch.gan.growth import Gate, Grown
from gansearch.gan.layers import Dropout, Linear, Sequential
from gansearch.gan.mlp import MlpDiscriminator, MlpGenerator
from gansearch.records import Geometry
from gansearch.testing.draws import FakeDraws
from gansearch.testing.seeded import seeded_normal
from gansearch.testing.variants import stacked

IMAGES = Geometry((1, 4, 4), bounded=True, classes=2)
POINTS = Geometry((2,), bounded=False, classes=8)
LANES, BATCH = 3, 5


def values(module: Module, seed: int = 0) -> dict[str, Tensor]:
    stream = torch.Generator().manual_seed(seed)
    return {
        parameter.name: torch.randn(LANES, *parameter.shape, dtype=torch.float64, generator=stream)
        for parameter in module.parameters
    }


def layers_of(module: Module) -> tuple[Module, ...]:
    """The layers of a generator, or of both parts of a discriminator."""
    parts = (module.trunk, module.head) if isinstance(module, Divided) else (module,)
    assert all(isinstance(part, Sequential) for part in parts)
    return tuple(layer for part in parts for layer in part.layers)  # type: ignore[attr-defined]


def latents(size: int) -> Tensor:
    return torch.randn(LANES, BATCH, size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_both_are_found_by_one_name() -> None:
    assert generators.get("mlp") is MlpGenerator
    assert discriminators.get("mlp") is MlpDiscriminator


def test_declared_fields() -> None:
    names = ["layers", "width", "activation", "dropout", "init", "slope", "pieces", "normalisation"]
    names += ["grow_every", "fade", "parameter_budget"]
    own = ["latent_size", "output", "noise", "noise_when_sampling", "dropout_when_sampling", "reference_size"]

    assert list(declared(MlpGenerator)) == [*names, *own]
    assert list(declared(MlpDiscriminator)) == [*names, "capacity_ratio"]
    assert [name for name, said in declared(MlpGenerator).items() if said.traced] == ["dropout", "slope", "noise"]
    assert [name for name, said in declared(MlpDiscriminator).items() if said.mixed] == ["layers", "activation"]


@pytest.mark.parametrize("layers", [1, 2, 3, 20])
def test_layers_counts_linear_layers(layers: int) -> None:
    for network in (MlpGenerator(layers=layers, width=8), MlpDiscriminator(layers=layers, width=8)):
        found = layers_of(network.build(IMAGES))
        assert sum(isinstance(layer, Linear) for layer in found) == layers


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

    names = [layer.name for layer in layers_of(dropping) if isinstance(layer, Dropout)]
    assert names == ["dropout.0", "dropout.1", "dropout.2"]
    assert not any(isinstance(layer, Dropout) for layer in layers_of(keeping))


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

    kinds = [type(layer).__name__ for layer in layers_of(module)]
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

    is_sampling = False

    def __init__(self, notes: list[tuple[str, tuple[int, int]]], place: tuple[int, int] = (0, LANES)) -> None:
        self.notes = notes
        self.place = place

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Tensor) -> Tensor:
        self.notes.append((consumer, self.place))
        return torch.ones(len(p), *shape, dtype=torch.float64)

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        raise AssertionError(consumer)

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


def run(network: Any, seeds: tuple[int, ...] = (0, 1, 2), *, draws: bool = False, is_sampling: bool = False) -> Tensor:
    """What a network, of one lane or a pack, makes of inputs."""
    module = network.build(IMAGES)
    numbers = {each.key: seeded_normal(each.name, seeds[each.rows], each.shape) for each in module.parameters}
    shape = (network.latent_size,) if isinstance(network, MlpGenerator) else IMAGES.shape
    given = FakeDraws(seeds, is_sampling=is_sampling) if draws else None
    result: Tensor = module(numbers, seeded_normal("inputs", seeds, (BATCH, *shape)), given)
    return result


GENERATOR = MlpGenerator(width=8, latent_size=4, reference_size=4)
DISCRIMINATOR = MlpDiscriminator(width=8, layers=3)


@pytest.mark.parametrize(
    "settings",
    [
        {"activation": "maxout", "pieces": 3},
        {"normalisation": "batch"},
        {"normalisation": "layer"},
        {"grow_every": 10},
        {"activation": "maxout", "normalisation": "layer", "grow_every": 10},
    ],
)
@pytest.mark.parametrize("player", [GENERATOR, DISCRIMINATOR])
def test_lanes_of_every_depth_are_as_they_are_alone(player: Network, settings: dict[str, Any]) -> None:
    lanes: list[Any] = [
        replace(player, layers=layers, dropout=0.1 * layers, slope=0.05 * layers, **settings)  # type: ignore[call-arg]
        for layers in (4, 2, 3)
    ]

    together = run(stacked(lanes), draws=True)

    for place, lane in enumerate(lanes):
        torch.testing.assert_close(together[place], run(lane, (place,), draws=True)[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("normalisation", ["virtual_batch", "virtual_batch_union"])
def test_generators_of_every_depth_may_have_a_reference_batch(normalisation: str) -> None:
    lanes = [
        replace(GENERATOR, layers=layers, noise=0.05 * layers, normalisation=normalisation) for layers in (4, 2, 3)
    ]

    together = run(stacked(lanes), draws=True)

    assert together.shape == (LANES, BATCH, 1, 4, 4)
    for place, lane in enumerate(lanes):
        torch.testing.assert_close(together[place], run(lane, (place,), draws=True)[0], rtol=0, atol=1e-12)
    one = replace(GENERATOR, layers=1, normalisation=normalisation).build(IMAGES)
    assert [each.name for each in one.parameters] == ["output.weight", "output.bias"]


def test_maxout_is_the_largest_of_its_pieces() -> None:
    network = MlpDiscriminator(layers=2, width=8, activation="maxout", pieces=3)
    parameters, inputs = values(network.build(IMAGES)), latents(16)

    got = network.build(IMAGES)(parameters, inputs.view(LANES, BATCH, 1, 4, 4), None)

    linear = inputs @ parameters["linear.0.weight"].mT + parameters["linear.0.bias"][:, None]
    hidden = torch.stack([linear[..., piece::3] for piece in range(3)]).amax(0)
    expected = (hidden * parameters["output.weight"]).sum(-1) + parameters["output.bias"]
    assert parameters["linear.0.weight"].shape == (LANES, 24, 16)
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-12)


def test_maxout_is_a_structure_of_its_own() -> None:
    one, other = (MlpGenerator(activation=name).structure() for name in ("maxout", "relu"))

    assert one != other == MlpGenerator(activation="gelu").structure()


def test_with_a_budget_the_depth_is_structure() -> None:
    one, other = (MlpDiscriminator(layers=layers, parameter_budget=20_000).structure() for layers in (2, 3))

    assert one != other


def test_batch_normalisation_alone_couples_the_batch() -> None:
    coupled = [
        name
        for name in ("none", "batch", "layer", "virtual_batch", "virtual_batch_union")
        if MlpGenerator(normalisation=name).facts.couples_batch
    ]

    assert coupled == ["batch", "virtual_batch_union"]
    assert MlpDiscriminator(normalisation="batch").facts.couples_batch
    assert not MlpDiscriminator.facts.couples_batch


def test_a_normalisation_stands_before_the_activation_and_takes_the_place_of_the_bias() -> None:
    found = layers_of(MlpDiscriminator(width=8, normalisation="layer").build(IMAGES))

    kinds = [type(layer).__name__ for layer in found]
    assert kinds == ["Reshape", "Linear", "Normalisation", "Elementwise", "Linear", "Reshape"]
    names = [each.name for layer in found for each in layer.parameters]
    assert names == ["linear.0.weight", "norm.0.scale", "norm.0.shift", "output.weight", "output.bias"]


@pytest.mark.parametrize(("output", "scale"), [("tanh", 1.0), ("sigmoid", 0.5)])
def test_both_outputs_span_the_range_of_the_data(output: str, scale: float) -> None:
    network = replace(GENERATOR, output=output, layers=1)
    parameters, inputs = values(network.build(IMAGES)), 100 * latents(4)

    got = network.build(IMAGES)(parameters, inputs, None)

    linear = inputs @ parameters["output.weight"].mT + parameters["output.bias"][:, None]
    torch.testing.assert_close(got.flatten(2), torch.tanh(scale * linear), rtol=0, atol=1e-12)
    assert got.max().item() == pytest.approx(1, abs=1e-9)
    assert got.min().item() == pytest.approx(-1, abs=1e-9)
    assert bool((got.abs() <= 1).all())


@pytest.mark.parametrize("kind", ["dropout", "noise"])
def test_the_same_latents_twice_differ_when_sampling_only_where_they_are_to(kind: str) -> None:
    quiet = replace(GENERATOR, **{kind: 0.2})  # type: ignore[arg-type]
    drawing = replace(quiet, **{f"{kind}_when_sampling": True})  # type: ignore[arg-type]

    assert not torch.equal(run(quiet, draws=True), run(quiet))
    assert torch.equal(run(quiet, draws=True, is_sampling=True), run(quiet))
    assert not torch.equal(run(drawing, draws=True, is_sampling=True), run(drawing))


def test_sigma_0_is_the_generator_without_noise() -> None:
    together = stacked([replace(GENERATOR, noise=noise, noise_when_sampling=True) for noise in (0.0, 0.1, 0.2)])

    assert torch.equal(run(together, draws=True)[0], run(together)[0])
    assert not torch.equal(run(together, draws=True)[1], run(together)[1])
    assert torch.equal(run(GENERATOR, draws=True), run(GENERATOR))


def test_hidden_layers_after_the_first_are_put_in_one_after_the_other() -> None:
    grown = layers_of(MlpDiscriminator(width=8, layers=4, grow_every=100, fade=20).build(IMAGES))

    found = [(layer.name, layer.gate) for layer in grown if isinstance(layer, Grown)]

    assert found == [("gate.1", Gate(100, 20)), ("gate.2", Gate(200, 20))]


def test_growth_starts_as_the_shallow_network_and_ends_as_the_deep_one() -> None:
    shallow, deep = replace(GENERATOR, layers=2), replace(GENERATOR, layers=4)
    growing = replace(deep, grow_every=50, fade=20)
    module, inputs = growing.build(IMAGES), seeded_normal("inputs", range(LANES), (BATCH, 4))

    def at(step: int) -> Tensor:
        numbers = {each.name: seeded_normal(each.name, range(LANES), each.shape) for each in module.parameters}
        steps = torch.full((LANES,), step)
        gates = {each.name: each.follows(steps) for each in module.parameters if each.follows is not None}
        return module({**numbers, **gates}, inputs, None)

    assert torch.equal(at(0), run(shallow))
    assert (at(50) - at(49)).abs().max() < 1e-6
    assert (at(100) - at(99)).abs().max() < 1e-6
    assert not torch.equal(at(51), at(50))
    assert not torch.equal(at(119), run(deep))
    assert torch.equal(at(120), run(deep))


@pytest.mark.parametrize("layers", [1, 3])
def test_the_features_are_the_outputs_of_the_last_hidden_layer(layers: int) -> None:
    divided = replace(DISCRIMINATOR, layers=layers).divided(IMAGES, added=2)

    assert divided.features == (16 if layers == 1 else 8)
    assert [each.key for each in divided.parameters][:2] == ["output.weight", "output.bias"]
    assert divided.parameters[0].shape == (1, divided.features + 2)
