"""R1 and R2: zero-centred gradient penalties on both kinds of samples. Source: Huang et al. 2025, arXiv:2501.05441."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Batch, Lanes, Scalar
from gansearch.tricks._slopes import GradientPenalty, mean_square_norm, slopes


@dataclass(frozen=True, kw_only=True, eq=False)
class R1R2Penalty(GradientPenalty):
    """Adds ``real / 2 * E |grad D(x)|^2 + fake / 2 * E |grad D(G(z))|^2`` to the discriminator's loss.

    With a relativistic loss and equal weights this is the core of R3GAN, whose ``gamma`` has the factor 1/2 too. (The
    first code for R1 has none: its 10 is 20 here.) With one weight at 0 it is R1 or R2, at the price of both.
    """

    name: ClassVar[str] = "r1_r2_penalty"
    paper: ClassVar[str] = "Huang et al. 2025, arXiv:2501.05441; Mescheder et al. 2018, arXiv:1801.04406"
    neutral: ClassVar[Mapping[str, float]] = {"real": 0.0, "fake": 0.0}

    real: Scalar = traced(
        10.0, Float(0.1, 100.0, log=True), "weight of R1, on real samples", unit="unitless", limits=Float(0.0, 1e6)
    )
    fake: Scalar = traced(
        10.0, Float(0.1, 100.0, log=True), "weight of R2, on fake samples", unit="unitless", limits=Float(0.0, 1e6)
    )

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """Both penalties per lane, shape [K]."""
        real = mean_square_norm(slopes(lanes, batch.real, batch.real_classes))
        fake = mean_square_norm(slopes(lanes, batch.fake, batch.fake_classes))
        return self.real * (self.every / 2) * real + self.fake * (self.every / 2) * fake
