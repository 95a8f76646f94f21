"""Relativistic loss: a sample's score counts only beside those of the other kind.

Sources: Jolicoeur-Martineau 2018, arXiv:1807.00734; in pairs, with penalties on real and fake samples, it is the loss
of R3GAN, Huang et al. 2025, arXiv:2501.05441.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gansearch.dimensions import Choice, static
from gansearch.gan._base import Loss
from gansearch.gan.layers import elementwise

PAIR: Final = "pair"


def paired(higher: Float[Tensor, "K B"], lower: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
    """``E softplus(-(h - l))`` over the pairs of samples at the same place of the batch."""
    return elementwise(F.softplus, lower - higher).mean(1)


def against_averages(higher: Float[Tensor, "K B"], lower: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
    """``E softplus(-(h - E l)) + E softplus(l - E h)``: every sample beside the mean of the other kind."""
    highs = elementwise(F.softplus, lower.mean(1, keepdim=True) - higher)
    lows = elementwise(F.softplus, lower - higher.mean(1, keepdim=True))
    return highs.mean(1) + lows.mean(1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Relativistic(Loss):
    """Discriminator ``E softplus(-(s_real - s_fake))``, generator ``E softplus(-(s_fake - s_real))``.

    Against averages, each kind is compared with the mean of the other and the two terms are added. The scores stay
    those of single samples: the loss alone couples a batch, so that penalties on gradients of scores mean what they do
    elsewhere. A number that is added to all scores changes nothing, so their signs mean little.
    """

    name: ClassVar[str] = "relativistic"
    is_paired: ClassVar[bool] = True

    against: str = static(
        PAIR,
        Choice((PAIR, "average")),
        "what a score is compared with: that of one sample of the other kind, or their mean",
    )

    def discriminator(
        self,
        *,
        real: Float[Tensor, "K B"],
        fake: Float[Tensor, "K B"],
        real_labels: Float[Tensor, "K B"],
        fake_labels: Float[Tensor, "K B"],
    ) -> Float[Tensor, " K"]:
        """How far real scores are not above fake ones."""
        return self._compared(real, fake)

    def paired_generator(self, *, real: Float[Tensor, "K B"], fake: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """How far fake scores are not above real ones."""
        return self._compared(fake, real)

    def floor(self, *, real_labels: Float[Tensor, "K B"], fake_labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
        """0, which real scores far above fake ones come close to."""
        return torch.zeros_like(real_labels[:, 0])

    def _compared(self, higher: Tensor, lower: Tensor) -> Tensor:
        return paired(higher, lower) if self.against == PAIR else against_averages(higher, lower)
