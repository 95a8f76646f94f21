"""One-centred gradient penalty between real and fake samples. Source: Gulrajani et al. 2017, arXiv:1704.00028."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float as Floats
from torch import Tensor, autograd

from gansearch.dimensions import Float, traced
from gansearch.records import Facts
from gansearch.tricks._base import Batch, Lanes, Scalar, Trick

SMALLEST_SQUARE = 1e-30
"""Under the root, so that a gradient of exactly 0 has a finite derivative."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WganGp(Trick):
    """Adds ``weight * E (|grad_x D(x)| - 1)^2`` to the discriminator's loss.

    ``x = u * real + (1 - u) * fake`` with one uniform ``u`` for each pair of samples.
    """

    name: ClassVar[str] = "wgan_gp"
    slot: ClassVar[str] = "gradient_penalty"
    facts: ClassVar[Facts] = Facts(needs_independent_samples=True)
    paper: ClassVar[str] = "Gulrajani et al. 2017, arXiv:1704.00028"
    neutral: ClassVar[Mapping[str, float]] = {"weight": 0.0}

    weight: Scalar = traced(
        10.0, Float(0.01, 100.0, log=True), "weight of the penalty", unit="unitless", limits=Float(0.0, 1e6)
    )

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """Penalty per lane, shape [K]."""
        share = lanes.uniform((batch.real.shape[1], *[1] * (batch.real.ndim - 2)))
        between = (share * batch.real + (1 - share) * batch.fake).detach().requires_grad_()
        (slope,) = autograd.grad(lanes.discriminate(between).sum(), between, create_graph=True)
        return self.weight * mean_square_excess(slope)


def mean_square_excess(slope: Floats[Tensor, "K B *shape"]) -> Floats[Tensor, " K"]:
    """Mean over the batch of ``(|g| - 1)^2`` for the gradient g of each sample."""
    norm = slope.flatten(2).square().sum(2).clamp_min(SMALLEST_SQUARE).sqrt()
    return (norm - 1).square().mean(1)
