"""The smallest configuration that trains: 8 x 8 images, 8 units, batches of 16."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gansearch.dimensions import Value
from gansearch.gan import discriminators, generators, losses
from gansearch.testing.data import TinyImages
from gansearch.testing.variants import small_settings
from gansearch.training.configuration import Configuration, TrainingSettings, optimizers
from gansearch.tricks import Trick

SMALL: Mapping[str, Value] = {"width": 8, "latent_size": 4}
BATCH_SIZE = 16


def tiny_configuration(*tricks: Trick, epochs: int = 25, dropout: float = 0.25) -> Configuration:
    """An MLP GAN on ``TinyImages`` with Adam and the non-saturating loss, 4 steps an epoch.

    Args:
        tricks: the enabled ones.
        epochs: length of a full run.
        dropout: of both networks; above 0, so that further passes through the discriminator draw numbers too.
    """
    generator: Any = generators.get("mlp")
    discriminator: Any = discriminators.get("mlp")
    return Configuration(
        dataset=TinyImages(),
        generator=generator(dropout=dropout, **small_settings(generator, SMALL)),
        discriminator=discriminator(dropout=dropout, **small_settings(discriminator, SMALL)),
        loss=losses.get("non_saturating")(),
        generator_optimizer=optimizers.get("adam")(),
        discriminator_optimizer=optimizers.get("adam")(),
        tricks=tuple(sorted(tricks, key=lambda trick: trick.name)),
        training=TrainingSettings(batch_size=BATCH_SIZE, epochs=epochs),
    )
