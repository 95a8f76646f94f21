"""Hinge loss: scores beyond the margin 1 on their own side count no more. Source: Lim and Ye 2017, arXiv:1705.02894."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gansearch.gan._base import Loss


@dataclass(frozen=True, kw_only=True, eq=False)
class Hinge(Loss):
    """Discriminator ``E relu(1 - s_real) + E relu(1 + s_fake)``, generator ``-E s_fake``; it has no targets."""

    name: ClassVar[str] = "hinge"

    def discriminator(
        self,
        *,
        real: Float[Tensor, "K B"],
        fake: Float[Tensor, "K B"],
        real_labels: Float[Tensor, "K B"],
        fake_labels: Float[Tensor, "K B"],
    ) -> Float[Tensor, " K"]:
        """How far real scores are below 1, and fake ones above -1."""
        return F.relu(1 - real).mean(1) + F.relu(1 + fake).mean(1)

    def generator(self, *, fake: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """The mean score, with the sign turned: its slope is the same at every score."""
        return -fake.mean(1)

    def floor(self, *, real_labels: Float[Tensor, "K B"], fake_labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """0, where every score lies beyond its margin."""
        return torch.zeros_like(real_labels[:, 0])
