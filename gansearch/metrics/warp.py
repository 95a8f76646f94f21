"""Small random warps of images, which keep a classifier calibrated on images that are not quite real.

Source: Simard et al. 2003, Best practices for convolutional neural networks, ICDAR.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Generator, Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Warp:
    """Bounds of random rotations, shifts, stretches and shears; every image is warped in its own way."""

    rotation: float = 0.0
    """Degrees to either side."""
    shift: float = 0.0
    """Pixels in each direction."""
    stretch: float = 0.0
    """Share by which either side is made longer or shorter."""
    shear: float = 0.0
    """Share of the height by which the upper end is moved against the lower."""

    def __call__(self, images: Float[Tensor, "n c h w"], draws: Generator) -> Float[Tensor, "n c h w"]:
        """Warp images at random; what comes in is as the border is."""
        count, _, height, width = images.shape
        angle, right, down = torch.rand(3, count, generator=draws) * 2 - 1
        angle = angle * math.radians(self.rotation)
        linear = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).reshape(count, 2, 2)
        if self.stretch or self.shear:
            linear = linear @ self._stretched(count, draws)
        # offsets of the sampling grid, whose side is 2 wide
        offsets = torch.stack([right * 2 * self.shift / width, down * 2 * self.shift / height], dim=1)
        grid = F.affine_grid(torch.cat([linear, offsets[:, :, None]], dim=2), list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, padding_mode="border", align_corners=False)

    def _stretched(self, count: int, draws: Generator) -> Float[Tensor, "n 2 2"]:
        wider, taller, shear = torch.rand(3, count, generator=draws) * 2 - 1
        rows = [1 + wider * self.stretch, shear * self.shear, torch.zeros(count), 1 + taller * self.stretch]
        return torch.stack(rows, dim=1).reshape(count, 2, 2)
