"""Residual networks: their size, torch's own layers with equal numbers, and their lanes in packs."""

from __future__ import annotations

from math import prod

import pytest
import torch
from torch import Tensor, autograd, nn

from gansearch.dimensions import declared
from gansearch.errors import TrainingError
from gansearch.gan import Module, Network, discriminators, generators
from gansearch.gan.resnet import KINDS, ResnetDiscriminator, ResnetGenerator
from gansearch.records import Geometry
from gansearch.testing.seeded import seeded_normal

DIGITS = Geometry((1, 28, 28), bounded=True, classes=10)
TINY = Geometry((3, 8, 12), bounded=False, classes=0)
SEEDS, BATCH, FILTERS, LATENTS = (3, 4, 5), 6, 8, 4


def values(module: Module, seeds: tuple[int, ...] = SEEDS) -> dict[str, Tensor]:
    return {
        each.name: seeded_normal(each.name, seeds, each.shape) / each.fan_in**0.5 + float(each.is_scale)
        for each in module.parameters
    }


def samples(geometry: Geometry, seeds: tuple[int, ...] = SEEDS) -> Tensor:
    return seeded_normal("samples", seeds, (BATCH, *geometry.shape)).tanh()


def count(module: Module) -> int:
    return sum(prod(parameter.shape) for parameter in module.parameters)


def test_both_are_found_by_one_name() -> None:
    assert generators.get("resnet") is ResnetGenerator
    assert discriminators.get("resnet") is ResnetDiscriminator


def test_declared_fields() -> None:
    names = ["filters", "blocks", "normalisation", "activation", "init"]
    of_generator, of_discriminator = declared(ResnetGenerator), declared(ResnetDiscriminator)

    assert list(of_generator) == [*names, "latent_size"]
    assert list(of_discriminator) == names
    assert [of_generator[name].default for name in names] == [64, 0, "batch", "relu", "he"]
    assert [of_discriminator[name].default for name in names] == [64, 2, "none", "relu", "he"]


@pytest.mark.parametrize("blocks", [0, 2])
@pytest.mark.parametrize("geometry", [DIGITS, TINY, Geometry((3, 64, 32), bounded=True, classes=0)])
def test_any_image_with_sides_that_are_multiples_of_4(geometry: Geometry, blocks: int) -> None:
    generator = ResnetGenerator(filters=FILTERS, latent_size=LATENTS, blocks=blocks).build(geometry)
    discriminator = ResnetDiscriminator(filters=FILTERS, blocks=blocks).build(geometry)

    images = generator(values(generator), seeded_normal("latents", SEEDS, (BATCH, LATENTS)), None)

    assert images.shape == (len(SEEDS), BATCH, *geometry.shape)
    assert bool((images.abs() <= 1).all()) is geometry.bounded
    assert discriminator(values(discriminator), images, None).shape == (len(SEEDS), BATCH)


@pytest.mark.parametrize("normalisation", KINDS)
@pytest.mark.parametrize("blocks", [0, 3])
def test_number_of_parameters(normalisation: str, blocks: int) -> None:
    generator = ResnetGenerator(filters=FILTERS, latent_size=LATENTS, normalisation=normalisation, blocks=blocks)
    discriminator = ResnetDiscriminator(filters=FILTERS, normalisation=normalisation, blocks=blocks)
    n, square, is_plain = FILTERS, FILTERS**2, normalisation == "none"

    first, norm = (n, 0) if is_plain else (0, 2 * n)
    block = 2 * 9 * square + first + n + 2 * norm
    shortcut = square + n
    of_generator = (LATENTS + 1) * n * 49 + blocks * block + 2 * (block + shortcut) + norm + 9 * n + 1
    from_image = (9 * n + first) + norm + (9 * square + n) + (n + n)
    assert count(generator.build(DIGITS)) == of_generator
    assert count(discriminator.build(DIGITS)) == from_image + (blocks + 1) * block + shortcut + n + 1


class Sum(nn.Module):
    def __init__(self, main: list[nn.Module], shortcut: list[nn.Module]) -> None:
        super().__init__()
        self.main, self.shortcut = nn.Sequential(*main), nn.Sequential(*shortcut)

    def forward(self, inputs: Tensor) -> Tensor:
        given: Tensor = self.main(inputs) + self.shortcut(inputs)
        return given


def same(channels: int = FILTERS, out: int = FILTERS, bias: bool = True) -> nn.Module:
    return nn.Conv2d(channels, out, 3, padding=1, bias=bias)


def norm() -> nn.Module:
    return nn.BatchNorm2d(FILTERS, track_running_stats=False)


def up() -> nn.Module:
    main = [norm(), nn.ReLU(), nn.Upsample(scale_factor=2), same(bias=False), norm(), nn.ReLU(), same()]
    return Sum(main, [nn.Upsample(scale_factor=2), nn.Conv2d(FILTERS, FILTERS, 1)])


def test_the_generator_is_torchs_own_layers() -> None:
    """The shortcut is up-sampled before its convolution there, which gives the same numbers."""
    module = ResnetGenerator(filters=FILTERS, latent_size=LATENTS, blocks=1).build(TINY)
    plain = nn.Sequential(
        nn.Linear(LATENTS, FILTERS * 6),
        nn.Unflatten(1, (FILTERS, 2, 3)),
        Sum([norm(), nn.ReLU(), same(bias=False), norm(), nn.ReLU(), same()], []),
        up(),
        up(),
        norm(),
        nn.ReLU(),
        same(out=3),
    ).double()

    assert_same(module, values(module), seeded_normal("latents", SEEDS, (BATCH, LATENTS)), plain)


def test_the_discriminator_is_torchs_own_layers() -> None:
    """The shortcut of the second block is pooled behind its convolution there, which gives the same numbers."""
    module = ResnetDiscriminator(filters=FILTERS, blocks=1).build(DIGITS)
    plain = nn.Sequential(
        Sum([same(1), nn.ReLU(), same(), nn.AvgPool2d(2)], [nn.AvgPool2d(2), nn.Conv2d(1, FILTERS, 1)]),
        Sum([nn.ReLU(), same(), nn.ReLU(), same(), nn.AvgPool2d(2)], [nn.Conv2d(FILTERS, FILTERS, 1), nn.AvgPool2d(2)]),
        Sum([nn.ReLU(), same(), nn.ReLU(), same()], []),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(FILTERS, 1),
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


@pytest.mark.parametrize("normalisation", KINDS)
def test_a_lane_with_r1_is_as_it_is_alone(normalisation: str) -> None:
    module = ResnetDiscriminator(filters=FILTERS, normalisation=normalisation, blocks=1).build(TINY)

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


def test_the_score_is_a_last_layers_on_the_features() -> None:
    network = ResnetDiscriminator(filters=FILTERS)
    whole, parts, wider = network.build(TINY), network.divided(TINY), network.divided(TINY, added=3)
    numbers = values(whole)
    features = parts.trunk(numbers, samples(TINY), None)
    added = torch.cat([features, torch.zeros(*features.shape[:2], 3, dtype=features.dtype)], 2)
    longer = values(wider)
    weight = torch.cat([numbers["linear.weight"], longer["linear.weight"][:, :, FILTERS:]], 2)

    assert network.facts.gives_features
    assert features.shape == (len(SEEDS), BATCH, parts.features)
    assert parts.features == wider.features == FILTERS
    scores = whole(numbers, samples(TINY), None)
    assert torch.equal(parts.head(numbers, features, None), scores)
    with_zeros = wider.head({**numbers, "linear.weight": weight}, added, None)
    torch.testing.assert_close(with_zeros, scores, rtol=0, atol=1e-12)


@pytest.mark.parametrize("network", [ResnetGenerator, ResnetDiscriminator])
@pytest.mark.parametrize("normalisation", KINDS)
def test_batch_normalisation_alone_couples_the_batch(network: type[Network], normalisation: str) -> None:
    chosen = network(normalisation=normalisation)  # type: ignore[call-arg]

    assert chosen.facts.couples_batch is (normalisation == "batch")
    assert network.facts.couples_batch is False


@pytest.mark.parametrize("shape", [(2,), (1, 28, 30), (1, 27, 28), (1, 28, 28, 28)])
def test_other_samples_are_refused(shape: tuple[int, ...]) -> None:
    geometry = Geometry(shape, bounded=True, classes=0)
    needed = r"needs images \[C, H, W\] with H and W multiples of 4; got samples of shape"

    with pytest.raises(TrainingError, match=rf"generator\.architecture resnet {needed}"):
        ResnetGenerator().build(geometry)
    with pytest.raises(TrainingError, match=rf"discriminator\.architecture resnet {needed}"):
        ResnetDiscriminator().build(geometry)


def test_the_initialisation_is_the_field_init() -> None:
    assert ResnetGenerator().initialisation == "he"
    assert ResnetDiscriminator(init="orthogonal").initialisation == "orthogonal"
