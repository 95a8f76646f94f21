"""The extractor of points: their coordinates, and the mode of a known mixture that each is nearest to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Measured

HIGH_QUALITY_STDS = 3.0
"""Standard deviations from its mode within which a sample is of high quality."""


@dataclass(frozen=True, eq=False)
class PointsExtractor:
    """Features are the coordinates; with known modes, probabilities are one-hot."""

    name: ClassVar[str] = "points"
    modes: Float[Tensor, "m d"] | None
    mode_std: float | None

    @property
    def hash(self) -> str:
        """First 12 hex digits of the SHA-256 of the modes and their standard deviation."""
        digest = hashlib.sha256(f"points {HIGH_QUALITY_STDS} {self.mode_std}".encode())
        if self.modes is not None:
            digest.update(self.modes.double().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:12]

    @torch.no_grad()
    def __call__(self, samples: Float[Tensor, "n d"]) -> Measured:
        """Measure points."""
        features = samples.float()
        if self.modes is None or self.mode_std is None:
            return Measured(samples, features, None)
        offsets = features.double()[:, None] - self.modes.to(samples.device).double()
        distance, nearest = offsets.square().sum(2).min(1)
        one_hot = torch.nn.functional.one_hot(nearest, len(self.modes)).float()
        return Measured(samples, features, one_hot, distance <= (HIGH_QUALITY_STDS * self.mode_std) ** 2)
