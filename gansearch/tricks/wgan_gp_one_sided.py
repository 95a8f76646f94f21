"""WGAN-GP that lets small gradients be. Source: Gulrajani et al. 2017, arXiv:1704.00028, section 4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Batch, Lanes, Scalar
from gansearch.tricks._between import between
from gansearch.tricks._slopes import GradientPenalty, mean_square_overshoot, slopes


@dataclass(frozen=True, kw_only=True, eq=False)
class WganGpOneSided(GradientPenalty):
    """Adds ``weight * E max(0, |grad_x D(x)| - 1)^2`` to the discriminator's loss.

    ``x`` lies between a real and a fake sample, as in WGAN-GP. A critic with slopes below 1 is a valid one, so that
    only steeper ones are pulled down; the form that follows from the theory (Petzka et al. 2018, arXiv:1709.08894).
    """

    name: ClassVar[str] = "wgan_gp_one_sided"
    paper: ClassVar[str] = "Gulrajani et al. 2017, arXiv:1704.00028; Petzka et al. 2018, arXiv:1709.08894"
    neutral: ClassVar[Mapping[str, float]] = {"weight": 0.0}

    weight: Scalar = traced(
        10.0, Float(0.01, 100.0, log=True), "weight of the penalty", unit="unitless", limits=Float(0.0, 1e6)
    )

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """Penalty per lane, shape [K]."""
        slope = slopes(lanes, between(lanes, batch), batch.real_classes)
        return self.weight * self.every * mean_square_overshoot(slope)
