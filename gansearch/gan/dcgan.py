"""DCGAN: two convolutions of stride 2 against two transposed ones. Source: Radford et al. 2016, arXiv:1511.06434.

The paper's four doublings of 64 x 64 images are two here, as the authors' own networks for 28 x 28 digits have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from torch import Tensor

from gansearch.dimensions import Choice, Float, Int, static, traced
from gansearch.gan._base import Discriminator, Divided, Generator, Module, Network
from gansearch.gan.activations import ACTIVATIONS, OUTPUTS
from gansearch.gan.convolution import Convolution
from gansearch.gan.image_sides import needed_images
from gansearch.gan.initialisation import INITIALISATIONS
from gansearch.gan.layers import Dropout, Elementwise, Linear, Reshape, Sequential, may_drop
from gansearch.gan.leaky_relu import SLOPE, activation_layer
from gansearch.gan.noise import (
    DROPOUT,
    DROPOUT_WHEN_SAMPLING,
    NOISE,
    NOISE_WHEN_SAMPLING,
    Noise,
)
from gansearch.gan.normalisation import NORMALISATIONS
from gansearch.gan.resampling import Crop
from gansearch.gan.scaling import DOWNS, KERNELS, POOLS, STRIDE, UPS, Scaling, Sides
from gansearch.gan.sizing import CAPACITY_RATIO, PARAMETER_BUDGET, sized
from gansearch.gan.virtual_batch import (
    COUPLING,
    NONE,
    REFERENCE_SIZE,
    VIRTUAL,
    normalisation_layers,
    with_reference,
)
from gansearch.records import Facts, Geometry

MULTIPLE: Final = 4
"""Height and width must be multiples of it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Dcgan(Network):
    """What the two players' configurations share."""

    filters: int = static(
        64,
        Int(8, 128, log=True),
        "channels of the largest feature maps; each smaller kind has twice as many",
        limits=Int(1, 4096),
    )
    normalisation: str = static(
        NONE,
        Choice((NONE, *NORMALISATIONS)),
        "what brings the numbers before an activation to mean 0 and variance 1",
        implies={"batch": COUPLING["batch"]},
    )
    activation: str = static("leaky_relu", Choice(tuple(ACTIVATIONS)), "activation function between the layers")
    init: str = static("normal_02", Choice(tuple(INITIALISATIONS)), "how the parameters are first drawn")
    slope: float | Tensor = traced(**SLOPE)
    kernel: int = static(4, Choice(KERNELS), "height and width of the windows of the convolutions", unit="pixels")
    levels: int = static(2, Int(1, 3), "sizes of feature maps, each half of the one before", limits=Int(1, 3))
    parameter_budget: int | None = static(**PARAMETER_BUDGET)

    @classmethod
    def misfit(cls, geometry: Geometry) -> str | None:
        """Anything but images whose sides are multiples of 4."""
        return needed_images(geometry, MULTIPLE)

    @property
    def initialisation(self) -> str:
        """Name of the initialisation, one of ``INITIALISATIONS``."""
        return self.init

    @property
    def _has_biases(self) -> bool:
        """Whether the layers before a normalisation have biases; else its shift takes their place."""
        return self.normalisation == NONE

    @property
    def _reference(self) -> int:
        """Samples of the reference batch."""
        return 0

    def _after(self, index: int, channels: int) -> tuple[Module, ...]:
        """What follows a layer: normalisation and activation."""
        norm = normalisation_layers(self.normalisation, f"norm.{index}", channels, self._reference)
        return (*norm, activation_layer(self.activation, self.slope))


@dataclass(frozen=True, kw_only=True, eq=False)
class DcganGenerator(_Dcgan, Generator):
    """Latents [K, B, latent_size] to images; ends in ``output`` where samples are bounded.

    A linear layer to maps of a quarter of the sides, ``2 * filters`` of them, then two transposed convolutions that
    double these; with other ``levels``, so many doublings. Where the sides are no multiples of ``2 ** levels``, larger
    images are made, and their centres taken. With batch normalisation, samples drawn together share its statistics: at
    an evaluation up to 2,500 of them.
    """

    name: ClassVar[str] = "dcgan"

    normalisation: str = static(
        "batch",
        Choice((NONE, *NORMALISATIONS, *VIRTUAL)),
        "what brings the numbers before an activation to mean 0 and variance 1",
        implies=COUPLING,
    )
    activation: str = static("relu", Choice(tuple(ACTIVATIONS)), "activation function between the layers")
    latent_size: int = static(100, Int(2, 128, log=True), "numbers in one latent vector", limits=Int(1, 16384))
    up: str = static(
        "transposed",
        Choice(UPS),
        "how maps are doubled: a transposed convolution, a convolution to four times the channels whose numbers become "
        "pixels, or a repetition of every pixel before a convolution",
    )
    post_convolution: bool = static(
        False, Choice((False, True)), "whether a convolution of 3 x 3 follows every doubling, against checkerboards"
    )
    output: str = static("tanh", Choice(tuple(OUTPUTS)), "what bounds samples where the data are bounded")
    dropout: float | Tensor = traced(**DROPOUT)
    dropout_when_sampling: bool = static(**DROPOUT_WHEN_SAMPLING)
    noise: float | Tensor = traced(**NOISE)
    noise_when_sampling: bool = static(**NOISE_WHEN_SAMPLING)
    reference_size: int = static(**REFERENCE_SIZE)

    def build(self, geometry: Geometry) -> Module:
        """The network for images of this geometry.

        Raises:
            TrainingError: where samples are no images, their sides no multiples of 4, or the smallest network has more
                parameters than its budget.
        """
        self.check_fit(geometry)
        if self.parameter_budget is not None:
            return sized(self, "filters", geometry).build(geometry)
        wanted = (geometry.shape[1], geometry.shape[2])
        sides = (-(-wanted[0] // 2**self.levels), -(-wanted[1] // 2**self.levels))
        small = (self.filters * 2 ** (self.levels - 1), *sides)
        layers: list[Module] = [
            Linear("linear", self.latent_size, small[0] * small[1] * small[2]),
            Reshape(small),
            *self._after(0, small[0]),
        ]
        for index in range(self.levels):
            layers.extend(self._level(index, geometry.shape[0], sides))
            sides = (2 * sides[0], 2 * sides[1])
        if sides != wanted:
            layers.append(Crop(*wanted))
        bounding = (Elementwise(OUTPUTS[self.output]),) if geometry.bounded else ()
        through = with_reference(self.normalisation, self._reference, self.latent_size, tuple(layers))
        return Sequential((*through, *bounding))

    @property
    def _reference(self) -> int:
        return self.reference_size

    def _level(self, index: int, colours: int, sides: Sides) -> Iterator[Module]:
        """A doubling of maps of these sides; what follows it, unless it gives the image."""
        is_last = index == self.levels - 1
        many = self.filters * 2 ** (self.levels - 1 - index)
        few = colours if is_last else many // 2
        has_bias = is_last or self._has_biases
        scaling = Scaling(
            name=f"convolution.{index}",
            in_channels=many,
            out_channels=few,
            kernel=self.kernel,
            sides=sides,
            has_bias=has_bias and not self.post_convolution,  # the bias of the second makes one before it idle
        )
        yield from scaling.doubled(self.up)
        if self.post_convolution:
            yield Convolution(
                name=f"post_convolution.{index}",
                in_channels=few,
                out_channels=few,
                kernel_size=3,
                padding=1,
                has_bias=has_bias,
            )
        if not is_last:
            yield from self._after(index + 1, few)

    def _after(self, index: int, channels: int) -> tuple[Module, ...]:
        """Normalisation, activation, and noise and dropout where any lane has them."""
        noise = (Noise(f"noise.{index}", self.noise, self.noise_when_sampling),) if may_drop(self.noise) else ()
        dropout = Dropout(f"dropout.{index}", self.dropout, self.dropout_when_sampling)
        return (*super()._after(index, channels), *noise, *((dropout,) if may_drop(self.dropout) else ()))


@dataclass(frozen=True, kw_only=True, eq=False)
class DcganDiscriminator(_Dcgan, Discriminator):
    """Images to logits [K, B]: two convolutions that halve the sides and double the maps, then a linear layer.

    The first convolution has no normalisation after it, as in the paper. With other ``levels`` there are so many.
    """

    name: ClassVar[str] = "dcgan"
    facts: ClassVar[Facts] = Facts(gives_features=True)

    dropout: float | Tensor = traced(
        0.0, Float(0.0, 0.9), "probability that a number is dropped before the linear layer", limits=Float(0.0, 0.99)
    )
    down: str = static(
        STRIDE,
        Choice(DOWNS),
        "how maps are halved: by the stride of a convolution, or by the mean or the largest of windows of 2 x 2 after "
        "one of stride 1",
    )
    capacity_ratio: float | None = static(**CAPACITY_RATIO)

    def divided(self, geometry: Geometry, added: int = 0) -> Divided:
        """The features are the smallest maps as one vector."""
        self.check_fit(geometry)
        if self.parameter_budget is not None:
            return sized(self, "filters", geometry).divided(geometry, added)
        channels, *sides = geometry.shape
        size = (sides[0], sides[1])
        layers: list[Module] = []
        for index in range(self.levels):
            many = self.filters * 2**index
            halving, size = self._halving(index, channels, many, size)
            layers.extend(halving)
            channels = many
        features = channels * size[0] * size[1]
        dropout = (Dropout("dropout", self.dropout),) if may_drop(self.dropout) else ()
        head = Sequential((Linear("linear", features + added, 1), Reshape(())))
        return Divided(Sequential((*layers, *dropout, Reshape((features,)))), head, features)

    def _halving(self, index: int, few: int, many: int, sides: Sides) -> tuple[tuple[Module, ...], Sides]:
        """A convolution and what follows it, and the sides of its maps: half of those before, or so."""
        scaling = Scaling(
            name=f"convolution.{index}",
            in_channels=few,
            out_channels=many,
            kernel=self.kernel,
            sides=sides,
            has_bias=index == 0 or self._has_biases,
        )
        after = (activation_layer(self.activation, self.slope),) if index == 0 else self._after(index, many)
        pool = () if self.down == STRIDE else (POOLS[self.down],)
        return (*scaling.halved(self.down), *after, *pool), scaling.half_sides(self.down)
