"""Autoencoders as discriminators: the score is the reconstruction error, low for what looks real.

Sources: EBGAN, Zhao et al. 2016, arXiv:1609.03126; BEGAN, Berthelot et al. 2017, arXiv:1703.10717, with absolute
errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final, TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.dimensions import Choice, Int, static
from gansearch.gan._base import Discriminator, Draws, Module, Parameter
from gansearch.gan.activations import ACTIVATIONS
from gansearch.gan.initialisation import INITIALISATIONS
from gansearch.gan.layers import Elementwise, Linear, Reshape, Sequential
from gansearch.records import Facts, Geometry

Error: TypeAlias = Callable[[Tensor], Tensor]
"""Of every difference alone."""

ERRORS: Final[Mapping[str, Error]] = MappingProxyType({"squared": torch.square, "absolute": torch.abs})


@dataclass(frozen=True)
class Reconstruction:
    """The error with which a network gives back its input."""

    autoencoder: Module
    error: Error

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the autoencoder."""
        return self.autoencoder.parameters

    def __call__(
        self, parameters: Mapping[str, Tensor], inputs: Float[Tensor, "K B *shape"], draws: Draws | None
    ) -> Float[Tensor, "K B"]:
        """Mean over the numbers of each sample."""
        given_back = self.autoencoder(parameters, inputs, draws)
        return self.error(given_back - inputs).flatten(2).mean(2)


@dataclass(frozen=True, kw_only=True, eq=False)
class AutoencoderDiscriminator(Discriminator):
    """Samples to reconstruction errors [K, B], ``E (A(x) - x)^2`` or ``E |A(x) - x|`` over the numbers of a sample.

    Two linear layers lead to the code and two back; the last layer has no activation.
    """

    name: ClassVar[str] = "autoencoder"
    facts: ClassVar[Facts] = Facts(gives_energies=True)

    width: int = static(
        256, Int(64, 1024, log=True), "outputs of the layers before and after the code", limits=Int(1, 16384)
    )
    code_size: int = static(
        64, Int(2, 256, log=True), "numbers in the code that a sample is given back from", limits=Int(1, 16384)
    )
    activation: str = static(
        "leaky_relu", Choice(tuple(ACTIVATIONS)), "activation function after the layers before and after the code"
    )
    error: str = static("squared", Choice(tuple(ERRORS)), "what is averaged over the numbers of a sample")
    init: str = static("he", Choice(tuple(INITIALISATIONS)), "how the parameters are first drawn")

    @property
    def initialisation(self) -> str:
        """Name of the initialisation, one of ``INITIALISATIONS``."""
        return self.init

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry."""
        activation = Elementwise(ACTIVATIONS[self.activation])
        layers = (
            Reshape((geometry.numel,)),
            Linear("encoder.0", geometry.numel, self.width),
            activation,
            Linear("encoder.1", self.width, self.code_size),
            Linear("decoder.0", self.code_size, self.width),
            activation,
            Linear("decoder.1", self.width, geometry.numel),
            Reshape(geometry.shape),
        )
        return Reconstruction(Sequential(layers), ERRORS[self.error])
