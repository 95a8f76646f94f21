"""R1: zero-centred gradient penalty on real samples. Source: Mescheder et al. 2018, arXiv:1801.04406."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Batch, Lanes, Scalar
from gansearch.tricks._slopes import GradientPenalty, mean_square_norm, slopes


@dataclass(frozen=True, kw_only=True, eq=False)
class R1Penalty(GradientPenalty):
    """Adds ``gamma / 2 * E |grad_x D(x)|^2`` over real ``x`` to the discriminator's loss.

    (The authors' own code leaves out the factor 1/2: its 10 is ``gamma=20`` here.) With ``every`` above 1 the penalty
    enters every so many steps only, as many times as strong (Karras et al. 2020, arXiv:1912.04958, section 4.1).
    """

    name: ClassVar[str] = "r1_penalty"
    paper: ClassVar[str] = "Mescheder et al. 2018, arXiv:1801.04406"
    neutral: ClassVar[Mapping[str, float]] = {"gamma": 0.0}

    gamma: Scalar = traced(
        10.0, Float(0.1, 100.0, log=True), "weight of the penalty", unit="unitless", limits=Float(0.0, 1e6)
    )

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """Penalty per lane, shape [K]."""
        return self.gamma * (self.every / 2) * mean_square_norm(slopes(lanes, batch.real, batch.real_classes))
