"""The view without a network: samples as their own numbers. Anyone can repeat what is measured with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Measured


@dataclass(frozen=True)
class PixelsExtractor:
    """Features are the pixels in [0, 1], row after row, of images in [-1, 1]; coordinates stay as they are."""

    name: ClassVar[str] = "pixels"
    hash: ClassVar[str] = ""

    @torch.no_grad()
    def __call__(self, samples: Float[Tensor, "n *shape"]) -> Measured:
        """Measure samples."""
        numbers = samples.float().flatten(1)
        return Measured(samples, (numbers + 1) / 2 if samples.ndim == 4 else numbers, None)
