"""DCGAN: two convolutions of stride 2 against two transposed ones. Source: Radford et al. 2016, arXiv:1511.06434.

The paper's four doublings of 64 x 64 images are two here, as the authors' own networks for 28 x 28 digits have them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

import torch
from torch import Tensor

from gansearch.dimensions import Choice, Float, Int, static, traced
from gansearch.errors import TrainingError
from gansearch.gan._base import Discriminator, Generator, Module, Network
from gansearch.gan.activations import ACTIVATIONS
from gansearch.gan.convolution import Convolution, TransposedConvolution
from gansearch.gan.initialisation import INITIALISATIONS
from gansearch.gan.layers import Dropout, Elementwise, Linear, Reshape, Sequential, may_drop
from gansearch.gan.normalisation import NORMALISATIONS, Normalisation
from gansearch.records import Geometry

NONE: Final = "none"
SHRINKING: Final = 4
"""Height and width are divided by it, in two steps."""

_halving = partial(Convolution, kernel_size=4, stride=2, padding=1)
_doubling = partial(TransposedConvolution, kernel_size=4, stride=2, padding=1)
_COUPLING: Final = {"batch": ("couples_batch",)}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Dcgan(Network):
    """What the two players' configurations share."""

    filters: int = static(
        64,
        Int(8, 128, log=True),
        "channels of the larger feature maps; the smaller have twice as many",
        limits=Int(1, 4096),
    )
    normalisation: str = static(
        NONE,
        Choice((NONE, *NORMALISATIONS)),
        "what brings the numbers before an activation to mean 0 and variance 1",
        implies=_COUPLING,
    )
    activation: str = static("leaky_relu", Choice(tuple(ACTIVATIONS)), "activation function between the layers")
    init: str = static("normal_02", Choice(tuple(INITIALISATIONS)), "how the parameters are first drawn")

    @classmethod
    def misfit(cls, geometry: Geometry) -> str | None:
        """Anything but images whose sides are multiples of 4."""
        is_image = len(geometry.shape) == 3
        if is_image and not any(side % SHRINKING for side in geometry.shape[1:]):
            return None
        return f"images [C, H, W] with H and W multiples of {SHRINKING}"

    @property
    def initialisation(self) -> str:
        """Name of the initialisation, one of ``INITIALISATIONS``."""
        return self.init

    @property
    def _has_biases(self) -> bool:
        """Whether the layers before a normalisation have biases; else its shift takes their place."""
        return self.normalisation == NONE

    def _after(self, index: int, channels: int) -> tuple[Module, ...]:
        """What follows a layer: normalisation and activation."""
        activation = Elementwise(ACTIVATIONS[self.activation])
        if self.normalisation == NONE:
            return (activation,)
        return (Normalisation(f"norm.{index}", NORMALISATIONS[self.normalisation], channels), activation)

    def _check(self, geometry: Geometry, path: str) -> None:
        """Refuse samples that the network does not take.

        Raises:
            TrainingError: naming the setting at ``path``.
        """
        needed = self.misfit(geometry)
        if needed is not None:
            raise TrainingError(f"{path} {self.name} needs {needed}; got samples of shape {geometry.shape}")


@dataclass(frozen=True, kw_only=True, eq=False)
class DcganGenerator(_Dcgan, Generator):
    """Latents [K, B, latent_size] to images; ends in tanh where samples are bounded.

    A linear layer to ``2 * filters`` maps of a quarter of the sides, then two transposed convolutions that double them.
    With batch normalisation, samples drawn together share its statistics: at an evaluation up to 2,500 of them.
    """

    name: ClassVar[str] = "dcgan"

    normalisation: str = static(
        "batch",
        Choice((NONE, *NORMALISATIONS)),
        "what brings the numbers before an activation to mean 0 and variance 1",
        implies=_COUPLING,
    )
    activation: str = static("relu", Choice(tuple(ACTIVATIONS)), "activation function between the layers")
    latent_size: int = static(100, Int(2, 128, log=True), "numbers in one latent vector", limits=Int(1, 16384))

    def build(self, geometry: Geometry) -> Module:
        """The network for images of this geometry.

        Raises:
            TrainingError: where samples are no images, or their sides no multiples of 4.
        """
        self._check(geometry, "generator.architecture")
        channels, height, width = geometry.shape
        few, many = self.filters, 2 * self.filters
        small = (many, height // SHRINKING, width // SHRINKING)
        return Sequential(
            (
                Linear("linear", self.latent_size, small[0] * small[1] * small[2]),
                Reshape(small),
                *self._after(0, many),
                _doubling(name="convolution.0", in_channels=many, out_channels=few, has_bias=self._has_biases),
                *self._after(1, few),
                _doubling(name="convolution.1", in_channels=few, out_channels=channels),
                *((Elementwise(torch.tanh),) if geometry.bounded else ()),
            )
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class DcganDiscriminator(_Dcgan, Discriminator):
    """Images to logits [K, B]: two convolutions that halve the sides and double the maps, then a linear layer.

    The first convolution has no normalisation after it, as in the paper.
    """

    name: ClassVar[str] = "dcgan"

    dropout: float | Tensor = traced(
        0.0, Float(0.0, 0.9), "probability that a number is dropped before the linear layer", limits=Float(0.0, 0.99)
    )

    def build(self, geometry: Geometry) -> Module:
        """The network for images of this geometry.

        Raises:
            TrainingError: where samples are no images, or their sides no multiples of 4.
        """
        self._check(geometry, "discriminator.architecture")
        channels, height, width = geometry.shape
        few, many = self.filters, 2 * self.filters
        features = many * (height // SHRINKING) * (width // SHRINKING)
        drops = may_drop(self.dropout)
        return Sequential(
            (
                _halving(name="convolution.0", in_channels=channels, out_channels=few),
                Elementwise(ACTIVATIONS[self.activation]),
                _halving(name="convolution.1", in_channels=few, out_channels=many, has_bias=self._has_biases),
                *self._after(1, many),
                *((Dropout("dropout", self.dropout),) if drops else ()),
                Reshape((features,)),
                Linear("linear", features, 1),
                Reshape(()),
            )
        )
