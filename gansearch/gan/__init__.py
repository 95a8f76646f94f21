"""Lane-wise layers, networks, losses and initialisation."""

from gansearch.gan._base import (
    Discriminator,
    Divided,
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
    "Divided",
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
