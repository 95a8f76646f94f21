"""Multiplications of networks against closed forms."""

from __future__ import annotations

import pytest

from gansearch.gan import discriminators, generators
from gansearch.gan.cost import multiplications
from gansearch.gan.dcgan import DcganDiscriminator, DcganGenerator
from gansearch.gan.mlp import MlpDiscriminator, MlpGenerator
from gansearch.gan.resnet import ResnetDiscriminator, ResnetGenerator
from gansearch.records import Geometry

DIGITS = Geometry((1, 28, 28), bounded=True, classes=10)
COLOURED = Geometry((3, 8, 12), bounded=True, classes=0)


@pytest.mark.parametrize("geometry", [DIGITS, COLOURED, Geometry((2,), bounded=False, classes=8)])
@pytest.mark.parametrize(("layers", "width", "latent_size"), [(1, 64, 2), (3, 64, 100), (6, 128, 32)])
def test_perceptrons(geometry: Geometry, layers: int, width: int, latent_size: int) -> None:
    generator = MlpGenerator(layers=layers, width=width, latent_size=latent_size, activation="relu")
    discriminator = MlpDiscriminator(layers=layers, width=width, activation="relu", dropout=0.3)

    def expected(first: int, last: int) -> int:
        return first * last if layers == 1 else first * width + (layers - 2) * width**2 + width * last

    assert multiplications(generator, geometry) == expected(latent_size, geometry.numel)
    assert multiplications(discriminator, geometry) == expected(geometry.numel, 1)


def test_dcgan() -> None:
    n, many = 8, 16
    generator = DcganGenerator(filters=n, latent_size=100, normalisation="none")

    # A transposed convolution spreads each pixel of its input over 4 x 4 pixels.
    assert multiplications(generator, DIGITS) == 100 * many * 49 + many * n * 16 * 49 + n * 16 * 196
    of_discriminator = n * 16 * 196 + n * many * 16 * 49 + many * 49
    assert multiplications(DcganDiscriminator(filters=n), DIGITS) == of_discriminator


@pytest.mark.parametrize("blocks", [0, 2])
def test_resnet(blocks: int) -> None:
    n, square = 8, 64
    small, middle, large = 49, 196, 784
    kept = blocks * 2 * 9 * square * small
    of_generator = (
        100 * n * small + kept + 2 * 9 * square * (middle + large) + square * (small + middle) + 9 * n * large
    )
    of_discriminator = 9 * n * large + 9 * square * large + n * middle
    of_discriminator += 2 * 9 * square * middle + square * small + kept + n

    generator = ResnetGenerator(filters=n, latent_size=100, normalisation="none", blocks=blocks)
    assert multiplications(generator, DIGITS) == of_generator
    assert multiplications(ResnetDiscriminator(filters=n, blocks=blocks), DIGITS) == of_discriminator


@pytest.mark.parametrize("filters", [8, 64])
def test_a_resnet_costs_more_than_a_dcgan_of_equal_filters(filters: int) -> None:
    pairs = [(ResnetGenerator, DcganGenerator), (ResnetDiscriminator, DcganDiscriminator)]

    for resnet, dcgan in pairs:
        ratio = multiplications(resnet(filters=filters), DIGITS) / multiplications(dcgan(filters=filters), DIGITS)
        assert 5 < ratio < 30


def test_it_is_known_of_every_network_with_its_defaults() -> None:
    found = {cls.name: multiplications(cls(), DIGITS) for cls in (*generators, *discriminators)}

    assert min(found.values()) > 100_000, found
