"""Residual networks: blocks of two convolutions with a shortcut around them.

Source: Gulrajani et al. 2017, arXiv:1704.00028. The paper's three doublings of 32 x 32 images are two here, so that
28 x 28 digits fit; normalisation and activation stand before each convolution, as there. The 1 x 1 convolution of a
shortcut is done where the maps are smaller, which gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Final

import torch
from torch import Tensor

from gansearch.dimensions import Choice, Int, static
from gansearch.gan._base import Discriminator, Divided, Draws, Generator, Module, Network, Parameter
from gansearch.gan.activations import ACTIVATIONS
from gansearch.gan.convolution import Convolution
from gansearch.gan.image_sides import needed_images
from gansearch.gan.initialisation import INITIALISATIONS
from gansearch.gan.layers import Elementwise, Linear, Reshape, Sequential
from gansearch.gan.normalisation import NORMALISATIONS, Normalisation
from gansearch.gan.plain import Plain, PlainLayer, PlainModule
from gansearch.gan.pooling import GlobalMean, Upsample
from gansearch.gan.resampling import AveragePool
from gansearch.records import Facts, Geometry

NONE: Final = "none"
SHRINKING: Final = 4
"""Height and width are divided by it, in two steps."""
KINDS: Final = (NONE, "batch", "instance", "layer")

_same = partial(Convolution, kernel_size=3, padding=1)
_pixelwise = partial(Convolution, kernel_size=1)
_COUPLING: Final = {"batch": ("couples_batch",)}

_SUM: Final = '''\
class Residual(nn.Module):
    """The sum of what two branches make of their input."""

    def __init__(self, main: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.main, self.shortcut = main, shortcut

    def forward(self, inputs: Tensor) -> Tensor:
        return self.main(inputs) + self.shortcut(inputs)
'''
"""What torch lacks, for exported generators."""


@dataclass(frozen=True)
class Residual:
    """``main(x) + shortcut(x)``."""

    main: Sequential
    shortcut: Sequential

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the main branch, then those of the shortcut."""
        return (*self.main.parameters, *self.shortcut.parameters)

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """The sum of what both branches make of the input."""
        return self.main(parameters, inputs, draws) + self.shortcut(parameters, inputs, draws)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A sum of two sequences; the class ``Residual`` must stand before it."""
        codes, tensors = list[str](), dict[str, str]()
        for branch in ("main", "shortcut"):
            layers = [one for layer in getattr(self, branch).layers for one in _plain(layer)]
            codes.append(f"nn.Sequential({', '.join(layer.code for layer in layers)})")
            tensors |= {
                f"{branch}.{place}.{name}": key
                for place, layer in enumerate(layers)
                for name, key in layer.tensors.items()
            }
        return (PlainLayer(f"Residual({', '.join(codes)})", tensors),)


def _plain(layer: Module) -> tuple[PlainLayer, ...]:
    assert isinstance(layer, Plain)  # as all layers of these networks
    return layer.plain_layers()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Resnet(Network):
    """What the two players' configurations share."""

    filters: int = static(64, Int(8, 128, log=True), "channels of every feature map", limits=Int(1, 4096))
    blocks: int = static(0, Int(0, 4), "residual blocks that keep the size, at the smallest maps", limits=Int(0, 100))
    normalisation: str = static(
        NONE,
        Choice(KINDS),
        "what brings the numbers before an activation to mean 0 and variance 1",
        implies=_COUPLING,
    )
    activation: str = static("relu", Choice(tuple(ACTIVATIONS)), "activation function before each convolution")
    init: str = static("he", Choice(tuple(INITIALISATIONS)), "how the parameters are first drawn")

    @classmethod
    def misfit(cls, geometry: Geometry) -> str | None:
        """Anything but images whose sides are multiples of 4."""
        return needed_images(geometry, SHRINKING)

    @property
    def initialisation(self) -> str:
        """Name of the initialisation, one of ``INITIALISATIONS``."""
        return self.init

    def _before(self, name: str) -> tuple[Module, ...]:
        """What stands before a convolution: normalisation and activation."""
        activation = Elementwise(ACTIVATIONS[self.activation])
        if self.normalisation == NONE:
            return (activation,)
        return (Normalisation(name, NORMALISATIONS[self.normalisation], self.filters), activation)

    def _main(self, name: str, between: tuple[Module, ...] = ()) -> tuple[Module, ...]:
        """The main branch of a block of maps."""
        return (*self._before(f"{name}.norm.0"), *between, *self._convolutions(name, self.filters))

    def _convolutions(self, name: str, channels: int) -> tuple[Module, ...]:
        """Two convolutions; a normalisation after the first takes the place of its bias."""
        many, has_bias = self.filters, self.normalisation == NONE
        first = _same(name=f"{name}.convolution.0", in_channels=channels, out_channels=many, has_bias=has_bias)
        second = _same(name=f"{name}.convolution.1", in_channels=many, out_channels=many)
        return (first, *self._before(f"{name}.norm.1"), second)

    def _shortcut(self, name: str) -> Module:
        return _pixelwise(name=f"{name}.shortcut", in_channels=self.filters, out_channels=self.filters)

    def _keeping(self) -> tuple[Module, ...]:
        """The blocks that keep the size."""
        return tuple(Residual(Sequential(self._main(f"block.{index}")), Sequential(())) for index in range(self.blocks))


@dataclass(frozen=True, kw_only=True, eq=False)
class ResnetGenerator(_Resnet, Generator):
    """Latents [K, B, latent_size] to images; ends in tanh where samples are bounded.

    A linear layer to ``filters`` maps of a quarter of the sides, ``blocks`` blocks that keep them, two that double
    them, and a convolution. Doubling repeats every pixel, and convolutions of size 3 follow.
    """

    name: ClassVar[str] = "resnet"

    normalisation: str = static(
        "batch",
        Choice(KINDS),
        "what brings the numbers before an activation to mean 0 and variance 1",
        implies=_COUPLING,
    )
    latent_size: int = static(100, Int(2, 128, log=True), "numbers in one latent vector", limits=Int(1, 16384))

    def build(self, geometry: Geometry) -> Module:
        """The network for images of this geometry.

        Raises:
            TrainingError: where samples are no images, or their sides no multiples of 4.
        """
        self.check_fit(geometry)
        channels, height, width = geometry.shape
        small = (self.filters, height // SHRINKING, width // SHRINKING)
        return Sequential(
            (
                Linear("linear", self.latent_size, small[0] * small[1] * small[2]),
                Reshape(small),
                *self._keeping(),
                self._doubling("up.0"),
                self._doubling("up.1"),
                *self._before("norm"),
                _same(name="convolution", in_channels=self.filters, out_channels=channels),
                *((Elementwise(torch.tanh),) if geometry.bounded else ()),
            )
        )

    def plain(self, geometry: Geometry) -> PlainModule:
        """One lane of the network as plain PyTorch."""
        plain = super().plain(geometry)
        return replace(plain, source=f"{_SUM}\n\n{plain.source}")

    def _doubling(self, name: str) -> Module:
        """A block that doubles the sides."""
        return Residual(Sequential(self._main(name, (Upsample(),))), Sequential((self._shortcut(name), Upsample())))


@dataclass(frozen=True, kw_only=True, eq=False)
class ResnetDiscriminator(_Resnet, Discriminator):
    """Images to logits [K, B]: two blocks that halve the sides, ``blocks`` that keep them, a mean over pixels.

    The linear layer scores ``filters`` features. The first block takes the image as it is, without normalisation or
    activation before it, as in the authors' code.
    """

    name: ClassVar[str] = "resnet"
    facts: ClassVar[Facts] = Facts(gives_features=True)

    blocks: int = static(2, Int(0, 4), "residual blocks that keep the size, at the smallest maps", limits=Int(0, 100))

    def divided(self, geometry: Geometry, added: int = 0) -> Divided:
        """The network in two parts; its features are the means of its last maps.

        Raises:
            TrainingError: as ``build``.
        """
        self.check_fit(geometry)
        trunk = (
            self._from_image("down.0", geometry.shape[0]),
            Residual(
                Sequential((*self._main("down.1"), AveragePool())),
                Sequential((AveragePool(), self._shortcut("down.1"))),
            ),
            *self._keeping(),
            Elementwise(ACTIVATIONS[self.activation]),
            GlobalMean(),
        )
        head = (Linear("linear", self.filters + added, 1), Reshape(()))
        return Divided(Sequential(trunk), Sequential(head), self.filters)

    def _from_image(self, name: str, channels: int) -> Module:
        """A block that makes maps of half the sides of an image."""
        main = self._convolutions(name, channels)
        shortcut = _pixelwise(name=f"{name}.shortcut", in_channels=channels, out_channels=self.filters)
        return Residual(Sequential((*main, AveragePool())), Sequential((AveragePool(), shortcut)))
