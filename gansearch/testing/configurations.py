"""The smallest configuration that trains: 8 x 8 images, 8 units or filters, batches of 16."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from gansearch.dimensions import Value, declared
from gansearch.gan import Network, discriminators, generators, losses
from gansearch.testing.data import TinyImages
from gansearch.testing.variants import small_settings
from gansearch.training.configuration import Configuration, TrainingSettings, optimizers
from gansearch.tricks import Trick

SMALL: Mapping[str, Value] = {"width": 8, "latent_size": 4}
BATCH_SIZE = 16

N = TypeVar("N", bound=Network)


def tiny_configuration(
    *tricks: Trick, epochs: int = 25, dropout: float = 0.25, architecture: str = "mlp"
) -> Configuration:
    """A GAN on ``TinyImages`` with Adam and the non-saturating loss, 4 steps an epoch.

    Args:
        tricks: the enabled ones.
        epochs: length of a full run.
        dropout: of networks that have it; above 0, so that further passes through the discriminator draw numbers too.
        architecture: of both networks.
    """
    return Configuration(
        dataset=TinyImages(),
        generator=_small(generators.get(architecture), dropout),
        discriminator=_small(discriminators.get(architecture), dropout),
        loss=losses.get("non_saturating")(),
        generator_optimizer=optimizers.get("adam")(),
        discriminator_optimizer=optimizers.get("adam")(),
        tricks=tuple(sorted(tricks, key=lambda trick: trick.name)),
        training=TrainingSettings(batch_size=BATCH_SIZE, epochs=epochs),
    )


def _small(cls: type[N], dropout: float) -> N:
    settings: dict[str, Any] = small_settings(cls, SMALL)
    return cls(**settings, **({"dropout": dropout} if "dropout" in declared(cls) else {}))
