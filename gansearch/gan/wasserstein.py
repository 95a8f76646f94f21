"""Wasserstein loss: the gap between mean scores. Source: Arjovsky et al. 2017, arXiv:1701.07875.

It estimates a distance only while the discriminator's slope is bounded: that is what clipped weights, spectral
normalisation and gradient penalties are for, which are tricks of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from gansearch.gan._base import Loss


@dataclass(frozen=True, kw_only=True, eq=False)
class Wasserstein(Loss):
    """Discriminator ``E s_fake - E s_real``, generator ``-E s_fake``; it has no targets and no lowest value.

    A number that is added to all scores changes nothing, so their signs mean little.
    """

    name: ClassVar[str] = "wasserstein"

    def discriminator(
        self,
        *,
        real: Float[Tensor, "K B"],
        fake: Float[Tensor, "K B"],
        real_labels: Float[Tensor, "K B"],
        fake_labels: Float[Tensor, "K B"],
    ) -> Float[Tensor, " K"]:
        """The distance that the discriminator sees, with the sign turned."""
        return fake.mean(1) - real.mean(1)

    def generator(self, *, fake: Float[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """The mean score, with the sign turned."""
        return -fake.mean(1)
