"""Builds the two networks of a configuration as its tricks need them: wider latents, other inputs, further features."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from gansearch.errors import TrainingError
from gansearch.gan import Generator, Module, Parameter
from gansearch.records import Geometry
from gansearch.training.configuration import Configuration
from gansearch.tricks import PlayerName, Sizes, Trick


def sizes_of(configuration: Configuration, geometry: Geometry) -> Sizes:
    """What the shapes of the tricks' parameters and state follow from.

    Args:
        configuration: of a pack or a lane.
        geometry: of the samples.
    """
    discriminator = configuration.discriminator
    presented = presented_geometry(configuration, geometry)
    features = discriminator.divided(presented).features if discriminator.facts.gives_features else 0
    return Sizes(geometry, configuration.generator.latent_size, features, configuration.training.batch_size)


def widened(configuration: Configuration, geometry: Geometry) -> Generator:
    """The generator's configuration with room for the latents that tricks put behind its own.

    Raises:
        TrainingError: where the generator's latent size is not a field, so that it cannot be widened.
    """
    generator = configuration.generator
    extra = sum(trick.extra_latents(geometry) for trick in configuration.tricks)
    if extra == 0:
        return generator
    if "latent_size" not in {field.name for field in dataclasses.fields(generator)}:
        raise TrainingError(
            f"generator.architecture {generator.name} must have a field latent_size where a trick adds latents; got "
            f"{extra} added"
        )
    return dataclasses.replace(generator, latent_size=generator.latent_size + extra)  # type: ignore[call-arg]


def presented_geometry(configuration: Configuration, geometry: Geometry) -> Geometry:
    """The form in which the discriminator gets samples of this geometry."""
    for trick in configuration.tricks:
        geometry = trick.presented_geometry(geometry)
    return geometry


def built_generator(configuration: Configuration, geometry: Geometry) -> Module:
    """The generator for samples of this geometry; it takes its latents after the tricks."""
    return widened(configuration, geometry).build(geometry)


def built_discriminator(configuration: Configuration, sizes: Sizes) -> Module:
    """The discriminator for samples as the tricks present them, with room for the features that they add."""
    discriminator = configuration.discriminator
    presented = presented_geometry(configuration, sizes.geometry)
    added = sum(trick.extra_features(sizes) for trick in configuration.tricks)
    return discriminator.divided(presented, added) if added else discriminator.build(presented)


def own_parameters(tricks: Sequence[Trick], player: PlayerName, sizes: Sizes) -> tuple[Parameter, ...]:
    """The tricks' own parameters in one of the players, under names of the form ``tricks.<trick>.<name>``."""
    found: list[Parameter] = []
    for trick in tricks:
        own = trick.generator_parameters(sizes) if player == "generator" else trick.discriminator_parameters(sizes)
        found.extend(dataclasses.replace(each, name=f"tricks.{trick.name}.{each.name}") for each in own)
    return tuple(found)
