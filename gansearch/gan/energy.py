"""Energies with a margin (EBGAN): fakes' reconstruction errors are raised up to it.

Source: Zhao et al. 2016, arXiv:1609.03126. The paper's pulling-away term is no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from gansearch.dimensions import Float as FloatRange
from gansearch.dimensions import traced
from gansearch.gan._base import Loss
from gansearch.records import Facts


@dataclass(frozen=True, kw_only=True, eq=False)
class Energy(Loss):
    """Discriminator ``E e_real + E relu(margin - e_fake)``, generator ``E e_fake``; ``e`` are reconstruction errors."""

    name: ClassVar[str] = "energy"
    facts: ClassVar[Facts] = Facts(needs_energies=True)

    margin: float | Tensor = traced(
        1.0,
        FloatRange(0.05, 20.0, log=True),
        "reconstruction error up to which the discriminator raises that of fakes, in the units of the error",
        limits=FloatRange(0.0, 1e6),
    )

    def discriminator(
        self,
        *,
        real: Float[Tensor, "K B"],
        fake: Float[Tensor, "K B"],
        real_labels: Float[Tensor, "K B"],
        fake_labels: Float[Tensor, "K B"],
    ) -> Float[Tensor, " K"]:
        """The error of real samples, and how far that of fakes is below the margin."""
        return real.mean(1) + F.relu(self._margin - fake).mean(1)

    def generator(self, *, fake: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """The error of fakes."""
        return fake.mean(1)

    def says_real(self, scores: Float[Tensor, "K B"]) -> Bool[Tensor, "K B"]:
        """Below half the margin: real samples are drawn to the error 0, fakes to the margin."""
        return scores < self._margin / 2

    def floor(self, *, real_labels: Float[Tensor, "K B"], fake_labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """0, where real samples are reconstructed and no fake is within the margin."""
        return torch.zeros_like(real_labels[:, 0])

    @property
    def _margin(self) -> float | Tensor:
        """As it stands beside scores [K, B]."""
        return self.margin[:, None] if isinstance(self.margin, Tensor) else self.margin
