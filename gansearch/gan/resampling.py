"""Images [K, B, C, H, W] made larger or smaller without weights: pixel shuffle, pools of any sides, a crop.

Source of the pixel shuffle: Shi et al. 2016, arXiv:1609.05158. All are differentiable twice, and none mixes lanes,
which are further samples here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gansearch.gan._base import Draws, WithoutParameters
from gansearch.gan.plain import PlainLayer

_CROP: Final = '''\
class Crop(nn.Module):
    """The centre of images."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width

    def forward(self, images: Tensor) -> Tensor:
        top, left = (images.shape[2] - self.height) // 2, (images.shape[3] - self.width) // 2
        return images[:, :, top : top + self.height, left : left + self.width]
'''


def pixel_shuffle(inputs: Float[Tensor, "K B C4 H W"]) -> Float[Tensor, "K B C H2 W2"]:
    """Every four channels as the four pixels of a window; a permutation of the numbers."""
    return F.pixel_shuffle(inputs, 2)


def average_pool(inputs: Float[Tensor, "K B C H W"]) -> Float[Tensor, "K B C P Q"]:
    """The mean of every window of 2 x 2; at an odd side the last windows are smaller."""
    return _pooled(F.avg_pool2d(inputs.flatten(0, 1), 2, ceil_mode=True), inputs)


def max_pool(inputs: Float[Tensor, "K B C H W"]) -> Float[Tensor, "K B C P Q"]:
    """The largest of every window of 2 x 2, which alone gets a gradient; at an odd side the last are smaller."""
    return _pooled(F.max_pool2d(inputs.flatten(0, 1), 2, ceil_mode=True), inputs)


def _pooled(outputs: Tensor, inputs: Tensor) -> Tensor:
    """Lanes and samples apart again."""
    return outputs.reshape(*inputs.shape[:2], *outputs.shape[1:])


@dataclass(frozen=True)
class PixelShuffle(WithoutParameters):
    """Maps [K, B, 4 * C, H, W] to [K, B, C, 2 * H, 2 * W]."""

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Keep the numbers."""
        return pixel_shuffle(inputs)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """The same layer of torch."""
        return (PlainLayer("nn.PixelShuffle(2)"),)


@dataclass(frozen=True)
class AveragePool(WithoutParameters):
    """Maps [K, B, C, H, W] to half the sides, rounded up."""

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Take the means of windows."""
        return average_pool(inputs)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """The same layer of torch."""
        return (PlainLayer("nn.AvgPool2d(2, ceil_mode=True)"),)


@dataclass(frozen=True)
class MaxPool(WithoutParameters):
    """Maps [K, B, C, H, W] to half the sides, rounded up."""

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Take the largest of windows."""
        return max_pool(inputs)

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """The same layer of torch."""
        return (PlainLayer("nn.MaxPool2d(2, ceil_mode=True)"),)


@dataclass(frozen=True)
class Crop(WithoutParameters):
    """Maps [K, B, C, H, W] to the centre [K, B, C, height, width]; an odd rest is cut off below and on the right."""

    height: int
    width: int

    def __call__(self, parameters: Mapping[str, Tensor], inputs: Tensor, draws: Draws | None) -> Tensor:
        """Cut the border off."""
        top, left = (inputs.shape[-2] - self.height) // 2, (inputs.shape[-1] - self.width) // 2
        return inputs[..., top : top + self.height, left : left + self.width]

    def plain_layers(self) -> tuple[PlainLayer, ...]:
        """A layer of the same name."""
        return (PlainLayer(f"Crop({self.height}, {self.width})", sources=(_CROP,)),)
