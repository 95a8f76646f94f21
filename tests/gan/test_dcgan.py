"""DCGAN: its structure, torch's own layers with equal numbers, and its lanes in packs, penalties included."""

from __future__ import annotations

from math import prod

import pytest
import torch
from torch import Tensor, autograd, nn

from gansearch.dimensions import declared
from gansearch.errors import TrainingError
from gansearch.gan import Module, Network, discriminators, generators
from gansearch.gan.dcgan import DcganDiscriminator, DcganGenerator
from gansearch.gan.layers import Dropout, Sequential
from gansearch.records import Geometry
from gansearch.testing.draws import FakeDraws
from gansearch.testing.seeded import seeded_normal

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
    names = ["filters", "normalisation", "activation", "init"]

    assert list(declared(DcganGenerator)) == [*names, "latent_size"]
    assert list(declared(DcganDiscriminator)) == [*names, "dropout"]
    assert [name for name, said in declared(DcganDiscriminator).items() if said.traced] == ["dropout"]
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
    dropping, keeping = (DcganDiscriminator(filters=FILTERS, dropout=p).build(TINY) for p in (0.5, 0.0))

    assert isinstance(dropping, Sequential)
    assert isinstance(keeping, Sequential)
    kinds = [type(layer).__name__ for layer in dropping.layers]
    assert kinds[-4:] == ["Dropout", "Reshape", "Linear", "Reshape"]
    assert not any(isinstance(layer, Dropout) for layer in keeping.layers)


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
