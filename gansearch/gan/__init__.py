"""Lane-wise layers, networks, losses and initialisation."""

from gansearch.gan._base import (
    Discriminator,
    Draws,
    Generator,
    Loss,
    Module,
    Network,
    Parameter,
    discriminators,
    generators,
    losses,
)

__all__ = [
    "Discriminator",
    "Draws",
    "Generator",
    "Loss",
    "Module",
    "Network",
    "Parameter",
    "discriminators",
    "generators",
    "losses",
]
