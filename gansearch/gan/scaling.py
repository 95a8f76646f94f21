"""Convolutions that double or halve the sides of feature maps, in several ways.

Sources: the strides of Radford et al. 2016, arXiv:1511.06434; pixel shuffle of Shi et al. 2016, arXiv:1609.05158;
nearest neighbour before a convolution of Odena et al. 2016, doi:10.23915/distill.00003.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from gansearch.gan._base import Module
from gansearch.gan.convolution import Convolution, TransposedConvolution
from gansearch.gan.pooling import Upsample
from gansearch.gan.resampling import AveragePool, Crop, MaxPool, PixelShuffle

Sides: TypeAlias = tuple[int, int]
"""Height and width."""

KERNELS: Final = (3, 4, 5)
"""Heights and widths of windows."""
UPS: Final = ("transposed", "pixel_shuffle", "nearest")
"""Ways of doubling."""
STRIDE: Final = "stride"
POOLS: Final[Mapping[str, Module]] = MappingProxyType({"average": AveragePool(), "max": MaxPool()})
"""What halves the sides behind a convolution that keeps them, by name."""
DOWNS: Final = (STRIDE, *POOLS)
"""Ways of halving."""


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """A convolution of maps with these sides."""

    name: str
    in_channels: int
    out_channels: int
    kernel: int
    """One of ``KERNELS``."""
    sides: Sides
    has_bias: bool

    def doubled(self, up: str) -> tuple[Module, ...]:
        """Layers to maps of twice the sides, exactly.

        Args:
            up: one of ``UPS``: a transposed convolution, a convolution to four times the channels whose numbers become
                pixels, or a repetition of every pixel before a convolution.
        """
        if up == "pixel_shuffle":
            return (*self._same(4 * self.out_channels, self.sides), PixelShuffle())
        if up == "nearest":
            return (Upsample(), *self._same(self.out_channels, (2 * self.sides[0], 2 * self.sides[1])))
        odd = self.kernel % 2
        return (
            TransposedConvolution(
                name=self.name,
                in_channels=self.in_channels,
                out_channels=self.out_channels,
                kernel_size=self.kernel,
                stride=2,
                padding=(self.kernel - 2 + odd) // 2,
                output_padding=odd,
                has_bias=self.has_bias,
            ),
        )

    def halved(self, down: str) -> tuple[Module, ...]:
        """Layers to maps of half the sides, or of the same where a pool is to halve them further on.

        Args:
            down: one of ``DOWNS``.
        """
        if down in POOLS:
            return self._same(self.out_channels, self.sides)
        return (self._convolution(self.out_channels, stride=2, padding=self._stride_padding),)

    def half_sides(self, down: str) -> Sides:
        """The sides of maps that are halved, pool included."""
        if down in POOLS:
            return -(-self.sides[0] // 2), -(-self.sides[1] // 2)
        height, width = ((side + 2 * self._stride_padding - self.kernel) // 2 + 1 for side in self.sides)
        return height, width

    @property
    def _stride_padding(self) -> int:
        """A window of 4 does not fit into an image of one pixel with a border of one."""
        return 2 if self.kernel == 4 and min(self.sides) == 1 else (self.kernel - 1) // 2

    def _same(self, channels: int, sides: Sides) -> tuple[Module, ...]:
        """A convolution that keeps the sides; windows of an even size would add a row and a column."""
        found = self._convolution(channels, stride=1, padding=self.kernel // 2)
        return (found,) if self.kernel % 2 else (found, Crop(*sides))

    def _convolution(self, channels: int, *, stride: int, padding: int) -> Convolution:
        return Convolution(
            name=self.name,
            in_channels=self.in_channels,
            out_channels=channels,
            kernel_size=self.kernel,
            stride=stride,
            padding=padding,
            has_bias=self.has_bias,
        )
