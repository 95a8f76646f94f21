"""Inception score under the reference classifier. Source: Salimans et al. 2016, arXiv:1606.03498."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric, RealSet


@dataclass(frozen=True, kw_only=True)
class InceptionScore(Metric):
    """``exp(E KL(p(y|x) || p(y)))`` over all samples at once (one split): 1 at worst, the number of classes at best.

    It hardly sees one lost class, nor a generator that repeats one image per class. For points, whose classes are
    certain, it is the effective number of modes.
    """

    name: ClassVar[str] = "inception_score"
    unit: ClassVar[str] = "classes"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "Salimans et al. 2016, arXiv:1606.03498"
    real_set: ClassVar[RealSet] = "none"
    needs_classes: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The score."""
        assert fake.probabilities is not None
        return inception_score(fake.probabilities)


def inception_score(probabilities: Float[Tensor, "n c"]) -> float:
    """The score of class probabilities (rows that sum to 1)."""
    given = probabilities.double()
    marginal = given.mean(0)
    divergence = torch.special.xlogy(given, given).sum(1).mean() - torch.special.xlogy(marginal, marginal).sum()
    return float(divergence.exp())
