"""One-centred gradient penalty between real and fake samples. Source: Gulrajani et al. 2017, arXiv:1704.00028."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Batch, Lanes, Scalar
from gansearch.tricks._between import between
from gansearch.tricks._slopes import GradientPenalty, mean_square_excess, slopes


@dataclass(frozen=True, kw_only=True, eq=False)
class WganGp(GradientPenalty):
    """Adds ``weight * E (|grad_x D(x)| - 1)^2`` to the discriminator's loss.

    ``x = u * real + (1 - u) * fake`` with one uniform ``u`` for each pair of samples. The paper has a weight of 10 and
    five updates of the discriminator for one of the generator; on toy data its authors take a weight of .1.
    """

    name: ClassVar[str] = "wgan_gp"
    paper: ClassVar[str] = "Gulrajani et al. 2017, arXiv:1704.00028"
    neutral: ClassVar[Mapping[str, float]] = {"weight": 0.0}

    weight: Scalar = traced(
        10.0, Float(0.01, 100.0, log=True), "weight of the penalty", unit="unitless", limits=Float(0.0, 1e6)
    )

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """Penalty per lane, shape [K]."""
        slope = slopes(lanes, between(lanes, batch), batch.real_classes)
        return self.weight * self.every * mean_square_excess(slope)
