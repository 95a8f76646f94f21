"""Every network in the package keeps the contract; a new one is covered as soon as its file exists."""

from __future__ import annotations

import pytest

from gansearch.gan import Discriminator, Generator, discriminators, generators
from gansearch.testing.contracts import check_discriminator, check_exported_generator, check_generator
from gansearch.testing.contracts.networks import IMAGES, POINTS


@pytest.mark.parametrize("cls", tuple(generators), ids=lambda cls: cls.name)
def test_generator(cls: type[Generator]) -> None:
    check_generator(cls)


@pytest.mark.parametrize("cls", tuple(generators), ids=lambda cls: cls.name)
def test_exported_generator(cls: type[Generator]) -> None:
    check_exported_generator(cls, (IMAGES, POINTS) if cls.misfit(POINTS) is None else (IMAGES,))


@pytest.mark.parametrize("cls", tuple(discriminators), ids=lambda cls: cls.name)
def test_discriminator(cls: type[Discriminator]) -> None:
    check_discriminator(cls)


def test_the_multi_layer_perceptrons_take_points_too() -> None:
    check_generator(generators.get("mlp"), (IMAGES, POINTS))
    check_discriminator(discriminators.get("mlp"), (IMAGES, POINTS))
