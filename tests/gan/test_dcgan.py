"""DCGAN: its structure, torch's own layers with equal numbers, and its lanes in packs, penalties included."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Any

import pytest
import torch
from torch import Tensor, autograd, nn

from gansearch.dimensions import declared
from gansearch.errors import TrainingError
from gansearch.gan import Module, Network, discriminators, generators
from gansearch.gan.convolution import Convolution, TransposedConvolution
from gansearch.gan.dcgan import DcganDiscriminator, DcganGenerator
from gansearch.gan.initialisation import first_values
from gansearch.gan.layers import Dropout, Sequential
from gansearch.gan.mlp import MlpGenerator
from gansearch.gan.noise import Noise
from gansearch.records import Geometry
from gansearch.testing.draws import FakeDraws
from gansearch.testing.seeded import seeded_normal, seeded_uniform
from gansearch.testing.variants import stacked

DIGITS = Geometry((1, 28, 28), bounded=True, classes=10)
TINY = Geometry((3, 8, 12), bounded=False, classes=0)
SEEDS, BATCH, FILTERS, LATENTS = (3, 4, 5), 6, 8, 4
NORMALISATIONS = ("none", "batch", "instance", "layer")


def values(module: Module, seeds: tuple[int, ...] = SEEDS) -> dict[str, Tensor]:
    return {
        each.name: seeded_normal(each.name, seeds, each.shape) / each.fan_in**0.5 + float(each.is_scale)
        for each in module.parameters
    }


def count(module: Module) -> int:
    return sum(prod(parameter.shape) for parameter in module.parameters)


def samples(geometry: Geometry, seeds: tuple[int, ...] = SEEDS) -> Tensor:
    return seeded_normal("samples", seeds, (BATCH, *geometry.shape)).tanh()


def test_both_are_found_by_one_name() -> None:
    assert generators.get("dcgan") is DcganGenerator
    assert discriminators.get("dcgan") is DcganDiscriminator


def test_declared_fields() -> None:
    names = ["filters", "normalisation", "activation", "init", "slope", "kernel", "levels", "parameter_budget"]
    own = ["latent_size", "up", "post_convolution", "output", "dropout", "dropout_when_sampling", "noise"]

    assert list(declared(DcganGenerator)) == [*names, *own, "noise_when_sampling", "reference_size"]
    assert list(declared(DcganDiscriminator)) == [*names, "dropout", "down", "capacity_ratio"]
    assert [name for name, said in declared(DcganDiscriminator).items() if said.traced] == ["slope", "dropout"]
    defaults = [
        (said["normalisation"].default, said["activation"].default, said["init"].default)
        for said in (declared(DcganGenerator), declared(DcganDiscriminator))
    ]
    assert defaults == [("batch", "relu", "normal_02"), ("none", "leaky_relu", "normal_02")]


@pytest.mark.parametrize("geometry", [DIGITS, TINY, Geometry((3, 64, 32), bounded=True, classes=0)])
def test_any_image_with_sides_that_are_multiples_of_4(geometry: Geometry) -> None:
    generator = DcganGenerator(filters=FILTERS, latent_size=LATENTS).build(geometry)
    discriminator = DcganDiscriminator(filters=FILTERS).build(geometry)

    images = generator(values(generator), seeded_normal("latents", SEEDS, (BATCH, LATENTS)), None)

    assert images.shape == (len(SEEDS), BATCH, *geometry.shape)
    assert bool((images.abs() <= 1).all()) is geometry.bounded
    assert discriminator(values(discriminator), images, None).shape == (len(SEEDS), BATCH)


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_number_of_parameters(normalisation: str) -> None:
    generator = DcganGenerator(filters=FILTERS, latent_size=LATENTS, normalisation=normalisation).build(DIGITS)
    discriminator = DcganDiscriminator(filters=FILTERS, normalisation=normalisation).build(DIGITS)
    few, many, is_plain = FILTERS, 2 * FILTERS, normalisation == "none"

    after_first, after_second = (0, few) if is_plain else (2 * many, 2 * few)
    assert count(generator) == (LATENTS + 1) * many * 49 + after_first + many * few * 16 + after_second + few * 16 + 1
    assert count(discriminator) == few * 16 + few + few * many * 16 + (many if is_plain else 2 * many) + many * 49 + 1


def test_the_generator_is_torchs_own_layers() -> None:
    module = DcganGenerator(filters=FILTERS, latent_size=LATENTS).build(DIGITS)
    numbers, latents = values(module), seeded_normal("latents", SEEDS, (BATCH, LATENTS))
    many = 2 * FILTERS
    plain = nn.Sequential(
        nn.Linear(LATENTS, many * 49),
        nn.Unflatten(1, (many, 7, 7)),
        nn.BatchNorm2d(many, track_running_stats=False),
        nn.ReLU(),
        nn.ConvTranspose2d(many, FILTERS, 4, 2, 1, bias=False),
        nn.BatchNorm2d(FILTERS, track_running_stats=False),
        nn.ReLU(),
        nn.ConvTranspose2d(FILTERS, 1, 4, 2, 1),
        nn.Tanh(),
    ).double()

    assert_same(module, numbers, latents, plain)


def test_the_discriminator_is_torchs_own_layers() -> None:
    module = DcganDiscriminator(filters=FILTERS, normalisation="batch").build(DIGITS)
    many = 2 * FILTERS
    plain = nn.Sequential(
        nn.Conv2d(1, FILTERS, 4, 2, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(FILTERS, many, 4, 2, 1, bias=False),
        nn.BatchNorm2d(many, track_running_stats=False),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(many * 49, 1),
        nn.Flatten(0),
    ).double()

    assert_same(module, values(module), samples(DIGITS), plain)


def assert_same(module: Module, numbers: dict[str, Tensor], inputs: Tensor, plain: nn.Module) -> None:
    """Output, and gradients at parameters and inputs, lane by lane; torch's parameters stand in the same order."""
    leaves = [value.requires_grad_() for value in (*numbers.values(), inputs)]
    output = module(numbers, inputs, None)
    slopes = autograd.grad(output.square().sum(), leaves)
    names = [name for name, _ in plain.named_parameters()]
    for lane in range(len(inputs)):
        *given, own = (leaf[lane].detach().requires_grad_() for leaf in leaves)
        expected = torch.func.functional_call(plain, dict(zip(names, given, strict=True)), own)
        torch.testing.assert_close(output[lane], expected, rtol=1e-11, atol=1e-11)
        theirs = autograd.grad(expected.square().sum(), [*given, own])
        for ours, one in zip(slopes, theirs, strict=True):
            torch.testing.assert_close(ours[lane], one, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_a_lane_with_r1_is_as_it_is_alone(normalisation: str) -> None:
    module = DcganDiscriminator(filters=FILTERS, normalisation=normalisation).build(TINY)

    loss, slopes = penalised(module, SEEDS)

    for lane, seed in enumerate(SEEDS):
        alone, theirs = penalised(module, (seed,))
        torch.testing.assert_close(loss[lane], alone[0], rtol=1e-9, atol=1e-9)
        for ours, one in zip(slopes, theirs, strict=True):
            torch.testing.assert_close(ours[lane], one[0], rtol=1e-9, atol=1e-9)


def penalised(module: Module, seeds: tuple[int, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
    """A loss with R1 in it, [K], and its gradients."""
    numbers = {name: value.requires_grad_() for name, value in values(module, seeds).items()}
    real = samples(TINY, seeds).requires_grad_()
    scores = module(numbers, real, None)
    (slope,) = autograd.grad(scores.sum(), real, create_graph=True)
    loss = nn.functional.softplus(-scores).mean(1) + slope.flatten(2).square().sum(2).mean(1)
    return loss, autograd.grad(loss.sum(), list(numbers.values()))


def test_dropout_stands_before_the_linear_layer_and_is_left_out_at_zero() -> None:
    dropping, keeping = (DcganDiscriminator(filters=FILTERS, dropout=p).divided(TINY) for p in (0.5, 0.0))

    assert isinstance(dropping.trunk, Sequential)
    assert isinstance(keeping.trunk, Sequential)
    kinds = [type(layer).__name__ for layer in dropping.trunk.layers]
    assert kinds[-3:] == ["Elementwise", "Dropout", "Reshape"]
    assert not any(isinstance(layer, Dropout) for layer in keeping.trunk.layers)


def test_lanes_may_differ_in_dropout() -> None:
    module = DcganDiscriminator(filters=FILTERS, dropout=torch.tensor([0.0, 0.5, 0.9])).build(TINY)

    dropped = module(values(module), samples(TINY), FakeDraws(SEEDS))
    kept = module(values(module), samples(TINY), None)

    assert [torch.equal(*each) for each in zip(dropped, kept, strict=True)] == [True, False, False]


@pytest.mark.parametrize("network", [DcganGenerator, DcganDiscriminator])
@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_batch_normalisation_alone_couples_the_batch(network: type[Network], normalisation: str) -> None:
    chosen = network(normalisation=normalisation)  # type: ignore[call-arg]

    assert chosen.facts.couples_batch is (normalisation == "batch")
    assert network.facts.couples_batch is False


@pytest.mark.parametrize("shape", [(2,), (1, 28, 30), (1, 27, 28), (1, 28, 28, 28)])
def test_other_samples_are_refused(shape: tuple[int, ...]) -> None:
    geometry = Geometry(shape, bounded=True, classes=0)
    needed = r"needs images \[C, H, W\] with H and W multiples of 4; got samples of shape"

    with pytest.raises(TrainingError, match=rf"generator\.architecture dcgan {needed}"):
        DcganGenerator().build(geometry)
    with pytest.raises(TrainingError, match=rf"discriminator\.architecture dcgan {needed}"):
        DcganDiscriminator().build(geometry)


def test_the_initialisation_is_the_field_init() -> None:
    assert DcganGenerator().initialisation == "normal_02"
    assert DcganDiscriminator(init="he").initialisation == "he"


SQUARE = Geometry((1, 28, 28), bounded=True, classes=0)
SHAPES = (Geometry((2, 4, 4), bounded=True, classes=0), Geometry((3, 12, 8), bounded=False, classes=0), SQUARE)
G, D = DcganGenerator(filters=FILTERS, latent_size=LATENTS, reference_size=5), DcganDiscriminator(filters=FILTERS)
"""What the tests change single settings of."""


def images(network: DcganGenerator, geometry: Geometry, draws: FakeDraws | None = None) -> Tensor:
    module = network.build(geometry)
    return module(values(module), seeded_normal("latents", SEEDS, (BATCH, network.latent_size)), draws)


@pytest.mark.parametrize("geometry", SHAPES)
@pytest.mark.parametrize("levels", [1, 2, 3])
@pytest.mark.parametrize("kernel", [3, 4, 5])
@pytest.mark.parametrize("up", ["transposed", "pixel_shuffle", "nearest"])
def test_every_way_of_doubling_gives_images_of_any_sides(geometry: Geometry, levels: int, kernel: int, up: str) -> None:
    network = replace(G, levels=levels, kernel=kernel, up=up, post_convolution=kernel == 4)

    drawn = images(network, geometry)

    assert drawn.shape == (len(SEEDS), BATCH, *geometry.shape)
    assert bool(drawn.isfinite().all())


@pytest.mark.parametrize("geometry", SHAPES)
@pytest.mark.parametrize("levels", [1, 2, 3])
@pytest.mark.parametrize("kernel", [3, 4, 5])
@pytest.mark.parametrize("down", ["stride", "average", "max"])
def test_every_way_of_halving_takes_images_of_any_sides(
    geometry: Geometry, levels: int, kernel: int, down: str
) -> None:
    divided = replace(D, levels=levels, kernel=kernel, down=down).divided(geometry)

    features = divided.trunk(values(divided), samples(geometry), None)

    assert features.shape == (len(SEEDS), BATCH, divided.features)
    assert divided.head(values(divided), features, None).shape == (len(SEEDS), BATCH)
    whole = FILTERS * 2 ** (levels - 1) * prod(side / 2**levels for side in geometry.shape[1:])
    assert divided.features >= whole / 2


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_channels_double_from_level_to_level(levels: int) -> None:
    shapes = {
        each.name: each.shape
        for network in (replace(G, levels=levels, normalisation="none"), replace(D, levels=levels))
        for each in network.build(TINY).parameters
        if each.name.startswith("convolution") and each.name.endswith("weight")
    }

    assert len(shapes) == levels
    for index in range(levels):
        few = 3 if index == 0 else FILTERS * 2 ** (index - 1)
        assert shapes[f"convolution.{index}.weight"] == (FILTERS * 2**index, few, 4, 4)


@pytest.mark.parametrize(
    "settings",
    [
        {"kernel": 5},
        {"kernel": 3, "up": "pixel_shuffle"},
        {"up": "pixel_shuffle"},
        {"up": "nearest", "kernel": 5},
        {"post_convolution": True},
        {"levels": 3},
        {"normalisation": "virtual_batch"},
        {"normalisation": "virtual_batch_union"},
    ],
)
def test_a_generator_lane_is_as_it_is_alone(settings: dict[str, Any]) -> None:
    lanes: list[Any] = [
        replace(G, activation="leaky_relu", slope=slope, dropout=slope, noise=slope, **settings)
        for slope in (0.0, 0.1, 0.3)
    ]

    def run(network: DcganGenerator, seeds: tuple[int, ...]) -> Tensor:
        module = network.build(TINY)
        latents = seeded_normal("latents", seeds, (BATCH, LATENTS))
        return module(values(module, seeds), latents, FakeDraws(seeds))

    together = run(stacked(lanes), SEEDS)

    for lane, seed in enumerate(SEEDS):
        torch.testing.assert_close(together[lane], run(lanes[lane], (seed,))[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("settings", [{"kernel": 3}, {"kernel": 5, "down": "average"}, {"down": "max"}, {"levels": 3}])
def test_a_discriminator_lane_with_r1_is_as_it_is_alone(settings: dict[str, Any]) -> None:
    lanes: list[Any] = [replace(D, slope=slope, **settings) for slope in (0.01, 0.2, 0.3)]

    loss, slopes = penalised(stacked(lanes).build(TINY), SEEDS)

    for lane, seed in enumerate(SEEDS):
        alone, theirs = penalised(lanes[lane].build(TINY), (seed,))
        torch.testing.assert_close(loss[lane], alone[0], rtol=1e-9, atol=1e-9)
        for ours, one in zip(slopes, theirs, strict=True):
            torch.testing.assert_close(ours[lane], one[0], rtol=1e-9, atol=1e-9)


def test_a_post_convolution_follows_every_doubling() -> None:
    found = replace(G, post_convolution=True).build(SQUARE)

    assert isinstance(found, Sequential)
    names = [layer.name for layer in found.layers if isinstance(layer, Convolution | TransposedConvolution)]
    assert names == ["convolution.0", "post_convolution.0", "convolution.1", "post_convolution.1"]
    shapes = {each.name: each.shape for each in found.parameters}
    assert shapes["post_convolution.0.weight"] == (FILTERS, FILTERS, 3, 3)
    assert [name for name in shapes if name.endswith("bias")] == ["linear.bias", "post_convolution.1.bias"]


def test_dropout_and_noise_follow_every_activation_of_the_generator() -> None:
    found = replace(G, noise=0.1, dropout=0.5, levels=3).build(SQUARE)

    assert isinstance(found, Sequential)
    names = [layer.name for layer in found.layers if isinstance(layer, Dropout | Noise)]
    assert names == ["noise.0", "dropout.0", "noise.1", "dropout.1", "noise.2", "dropout.2"]


@pytest.mark.parametrize("kind", ["dropout", "noise"])
def test_the_same_latents_twice_differ_when_sampling_only_where_they_are_to(kind: str) -> None:
    quiet = replace(G, **{kind: 0.2})  # type: ignore[arg-type]
    drawing = replace(quiet, **{f"{kind}_when_sampling": True})  # type: ignore[arg-type]
    training, sampling = FakeDraws(SEEDS), FakeDraws(SEEDS, is_sampling=True)

    assert not torch.equal(images(quiet, TINY, training), images(quiet, TINY))
    assert torch.equal(images(quiet, TINY, sampling), images(quiet, TINY))
    assert not torch.equal(images(drawing, TINY, sampling), images(drawing, TINY))


def test_a_sigmoid_spans_the_range_of_the_data() -> None:
    drawn = images(replace(G, output="sigmoid"), DIGITS)

    torch.testing.assert_close(drawn, (images(G, DIGITS).atanh() / 2).tanh(), rtol=0, atol=1e-12)
    assert bool((drawn.abs() <= 1).all())
    assert drawn.min() < 0 < drawn.max()


def test_the_features_are_the_smallest_maps() -> None:
    divided = D.divided(DIGITS, added=3)

    assert divided.features == 2 * FILTERS * 49
    assert divided.parameters[-2].shape == (1, divided.features + 3)


class Source:
    """Random numbers of one lane."""

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        return seeded_normal(consumer, (0,), shape)

    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        return seeded_uniform(consumer, (0,), shape)


@pytest.mark.parametrize("network", [DcganGenerator(), DcganDiscriminator(), MlpGenerator(init="normal_02")])
def test_weights_start_normal_with_a_standard_deviation_of_002(network: Any) -> None:
    module = network.build(DIGITS)

    drawn = zip(module.parameters, first_values(module, network.initialisation, Source()), strict=True)

    for name, weight in ((each.name, values) for each, values in drawn if each.name.endswith("weight")):
        tolerance = 4 / weight.numel() ** 0.5
        assert weight.std().item() == pytest.approx(0.02, rel=tolerance), name
        assert weight.mean().item() == pytest.approx(0, abs=0.02 * tolerance), name
