"""Multi-layer perceptrons: alternating linear, activation and dropout layers, as in GAN training methods on MNIST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.dimensions import Choice, Float, Int, static, traced
from gansearch.gan._base import Discriminator, Generator, Module, Network
from gansearch.gan.activations import ACTIVATIONS, Activation
from gansearch.gan.initialisation import INITIALISATIONS
from gansearch.gan.layers import Dropout, Elementwise, Linear, Reshape, Sequential
from gansearch.records import Geometry


@dataclass(frozen=True, kw_only=True, eq=False)
class _Mlp(Network):
    """What the two players' configurations share."""

    layers: int = static(3, Int(2, 20), "linear layers", limits=Int(1, 100))
    width: int = static(256, Int(64, 1024, log=True), "outputs of every layer but the last", limits=Int(1, 16384))
    activation: str = static(
        "leaky_relu", Choice(tuple(ACTIVATIONS)), "activation function after every linear layer but the last"
    )
    dropout: float | Tensor = traced(
        0.0, Float(0.0, 0.9), "probability that an output of an activation is dropped", limits=Float(0.0, 0.99)
    )
    init: str = static("he", Choice(tuple(INITIALISATIONS)), "how the parameters are first drawn")

    @property
    def initialisation(self) -> str:
        """Name of the initialisation, one of ``INITIALISATIONS``."""
        return self.init

    def _hidden(self, in_features: int, out_features: int) -> tuple[Module, ...]:
        sizes = [in_features, *[self.width] * (self.layers - 1), out_features]
        return alternating(sizes, ACTIVATIONS[self.activation], self.dropout)


@dataclass(frozen=True, kw_only=True, eq=False)
class MlpGenerator(_Mlp, Generator):
    """Latents [K, B, latent_size] to samples [K, B, *shape]; ends in tanh where samples are bounded."""

    name: ClassVar[str] = "mlp"

    latent_size: int = static(100, Int(2, 128, log=True), "numbers in one latent vector", limits=Int(1, 16384))

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry."""
        bounding = (Elementwise(torch.tanh),) if geometry.bounded else ()
        hidden = self._hidden(self.latent_size, geometry.numel)
        return Sequential((*hidden, *bounding, Reshape(geometry.shape)))


@dataclass(frozen=True, kw_only=True, eq=False)
class MlpDiscriminator(_Mlp, Discriminator):
    """Samples [K, B, *shape] to logits [K, B]."""

    name: ClassVar[str] = "mlp"

    layers: int = static(2, Int(2, 20), "linear layers", limits=Int(1, 100))

    def build(self, geometry: Geometry) -> Module:
        """The network for samples of this geometry."""
        return Sequential((Reshape((geometry.numel,)), *self._hidden(geometry.numel, 1), Reshape(())))


def alternating(sizes: Sequence[int], activation: Activation, dropout: float | Tensor) -> tuple[Module, ...]:
    """Linear layers between consecutive ``sizes``; after each but the last the activation, then dropout.

    Args:
        sizes: features of the input, of every hidden layer, and of the output.
        activation: function of every number alone.
        dropout: probability in [0, 1), one number or one a lane as [K]; no layer is made where all are 0.
    """
    drops = bool((torch.as_tensor(dropout) > 0).any())
    layers: list[Module] = []
    for index, (in_features, out_features) in enumerate(pairwise(sizes)):
        if index > 0:
            layers.append(Elementwise(activation))
            if drops:
                layers.append(Dropout(f"dropout.{index - 1}", dropout))
        layers.append(Linear(f"linear.{index}", in_features, out_features))
    return tuple(layers)
