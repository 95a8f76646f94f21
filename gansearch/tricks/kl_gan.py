"""The generator lowers a divergence as well. Sources: Sønderby et al. 2017, arXiv:1610.04490; Huszár 2016."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.records import Facts
from gansearch.tricks._base import Batch, Lanes, Scalar, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class KlGan(Trick):
    """Adds ``weight * E[-s(G(z))]`` of the scores s to the generator's loss.

    The score of the best discriminator is ``log p_data / p_G``, so that the term is ``KL(p_G || p_data)``: it is 0
    where the two are equal. It forbids samples where there are no data and allows lost modes; its gradient does not
    vanish where the discriminator is sure. Of a discriminator that lags behind it is an estimate without a bound, so
    it makes sense beside noise on what the discriminator sees, as in the papers.
    """

    name: ClassVar[str] = "kl_gan"
    slot: ClassVar[str] = "hybrid"
    facts: ClassVar[Facts] = Facts(needs_probability_loss=True)
    paper: ClassVar[str] = "Sønderby et al. 2017, arXiv:1610.04490; Huszár 2016, An alternative update rule for GANs"
    neutral: ClassVar[Mapping[str, float]] = {"weight": 0.0}

    weight: Scalar = traced(1.0, Float(0.01, 10.0, log=True), "weight of the divergence", limits=Float(0.0, 1e6))

    def generator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """The weighted divergence per lane, shape [K]."""
        return self.weight * reverse_divergence(batch.fake_scores)


def reverse_divergence(scores: Floats[Tensor, "K B"]) -> Floats[Tensor, " K"]:
    """``KL(p_G || p_data)``, where fakes have the scores ``log p_data / p_G``."""
    return -scores.mean(1)
