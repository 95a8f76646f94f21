"""Densely connected convolutions: every layer sees what all before it gave.

Source: Huang et al. 2017, arXiv:1608.06993. There are two blocks of layers, at a half and at a quarter of the sides. A
layer adds ``growth`` channels to those that it gets: ``L`` layers after ``c`` channels give ``c + L * growth``, and the
first layer's gradient need not pass the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

import torch
from torch import Tensor

from gansearch.dimensions import Choice, Int, static
from gansearch.gan._base import Discriminator, Divided, Draws, Module, Parameter
from gansearch.gan.activations import ACTIVATIONS
from gansearch.gan.convolution import Convolution
from gansearch.gan.image_sides import needed_images
from gansearch.gan.initialisation import INITIALISATIONS
from gansearch.gan.layers import Elementwise, Linear, Reshape, Sequential
from gansearch.gan.normalisation import NORMALISATIONS, Normalisation
from gansearch.gan.pooling import GlobalMean
from gansearch.gan.resampling import AveragePool
from gansearch.records import Facts, Geometry

NONE: Final = "none"
SHRINKING: Final = 4
"""Height and width are divided by it, in two steps."""
FIRST: Final = 2
"""Channels of the first convolution, in units of the growth, as in the paper."""

_same = partial(Convolution, kernel_size=3, padding=1)
_pixelwise = partial(Convolution, kernel_size=1)
_COUPLING: Final = {"batch": ("couples_batch",)}


@dataclass(frozen=True)
class Concatenated:
    """The channels of the input, and behind them those that a layer makes of it."""

    layer: Module

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the layer."""
        return self.layer.parameters

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Map [K, B, C, H, W] to [K, B, C + growth, H, W]."""
        return torch.cat([inputs, self.layer(parameters, inputs, draws)], 2)


@dataclass(frozen=True, kw_only=True, eq=False)
class DenseDiscriminator(Discriminator):
    """Images to logits [K, B]: a convolution, two blocks with average pools before and between, a mean over pixels.

    A block is ``layers`` times normalisation, activation and a convolution of size 3. Between the blocks stands a
    convolution of size 1 that keeps the channels.
    """

    name: ClassVar[str] = "dense"
    facts: ClassVar[Facts] = Facts(gives_features=True)

    growth: int = static(16, Int(8, 24), "channels that a layer adds", limits=Int(1, 1024))
    layers: int = static(4, Int(2, 8), "layers of each of the two blocks", limits=Int(1, 100))
    normalisation: str = static(
        NONE,
        Choice((NONE, "batch", "instance", "layer")),
        "what brings the numbers before an activation to mean 0 and variance 1",
        implies=_COUPLING,
    )
    activation: str = static(
        "leaky_relu", Choice(tuple(ACTIVATIONS)), "activation function before each convolution but the first"
    )
    init: str = static("he", Choice(tuple(INITIALISATIONS)), "how the parameters are first drawn")

    @classmethod
    def misfit(cls, geometry: Geometry) -> str | None:
        """Anything but images whose sides are multiples of 4."""
        return needed_images(geometry, SHRINKING)

    @property
    def initialisation(self) -> str:
        """Name of the initialisation, one of ``INITIALISATIONS``."""
        return self.init

    def channels(self, blocks: int) -> int:
        """Channels after so many blocks."""
        return (FIRST + blocks * self.layers) * self.growth

    def divided(self, geometry: Geometry, added: int = 0) -> Divided:
        """The network in two parts; its features are the means of its last maps.

        Raises:
            TrainingError: as ``build``.
        """
        self.check_fit(geometry)
        start, middle, end = (self.channels(blocks) for blocks in range(3))
        activation = Elementwise(ACTIVATIONS[self.activation])
        trunk: tuple[Module, ...] = (
            _same(name="convolution", in_channels=geometry.shape[0], out_channels=start),
            AveragePool(),
            *self._block("block.0", start),
            *self._before("transition", middle),
            _pixelwise(name="transition.convolution", in_channels=middle, out_channels=middle),
            AveragePool(),
            *self._block("block.1", middle),
            activation,
            GlobalMean(),
        )
        return Divided(Sequential(trunk), Sequential((Linear("linear", end + added, 1), Reshape(()))), end)

    def _block(self, name: str, channels: int) -> tuple[Module, ...]:
        """Layers one after the other, the first on ``channels`` channels."""
        return tuple(
            Concatenated(self._layer(f"{name}.{index}", channels + index * self.growth)) for index in range(self.layers)
        )

    def _layer(self, name: str, channels: int) -> Module:
        convolution = _same(name=f"{name}.convolution", in_channels=channels, out_channels=self.growth)
        return Sequential((*self._before(name, channels), convolution))

    def _before(self, name: str, channels: int) -> tuple[Module, ...]:
        """What stands before a convolution: normalisation and activation."""
        activation = Elementwise(ACTIVATIONS[self.activation])
        if self.normalisation == NONE:
            return (activation,)
        return (Normalisation(f"{name}.norm", NORMALISATIONS[self.normalisation], channels), activation)
