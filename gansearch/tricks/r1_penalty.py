"""R1: zero-centred gradient penalty on real samples. Source: Mescheder et al. 2018, arXiv:1801.04406."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float as Floats
from torch import Tensor, autograd

from gansearch.dimensions import Float, Int, static, traced
from gansearch.records import Facts
from gansearch.tricks._base import Batch, Lanes, Scalar, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class R1Penalty(Trick):
    """Adds ``gamma / 2 * E |grad_x D(x)|^2`` over real ``x`` to the discriminator's loss.

    (The authors' own code leaves out the factor 1/2: its 10 is ``gamma=20`` here.) With ``every`` above 1 the penalty
    enters every so many steps only, as many times as strong (Karras et al. 2020, arXiv:1912.04958, section 4.1).
    """

    name: ClassVar[str] = "r1_penalty"
    slot: ClassVar[str] = "gradient_penalty"
    facts: ClassVar[Facts] = Facts(needs_independent_samples=True)
    paper: ClassVar[str] = "Mescheder et al. 2018, arXiv:1801.04406"
    neutral: ClassVar[Mapping[str, float]] = {"gamma": 0.0}

    gamma: Scalar = traced(
        10.0, Float(0.1, 100.0, log=True), "weight of the penalty", unit="unitless", limits=Float(0.0, 1e6)
    )

    every: int = static(1, Int(1, 16, log=True), "steps between two penalties", unit="steps", limits=Int(1, 1000))

    @property
    def period(self) -> int:
        """Steps between two penalties."""
        return self.every

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """Penalty per lane, shape [K]."""
        real = batch.real.detach().requires_grad_()
        (slope,) = autograd.grad(lanes.discriminate(real).sum(), real, create_graph=True)
        return self.gamma * (self.every / 2) * mean_square_norm(slope)


def mean_square_norm(slope: Floats[Tensor, "K B *shape"]) -> Floats[Tensor, " K"]:
    """Mean over the batch of the squared length of each sample's gradient."""
    return slope.flatten(2).square().sum(2).mean(1)
