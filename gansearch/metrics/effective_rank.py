"""In how many directions generated samples vary, against real ones. Source: Roy and Vetterli 2007, effective rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, linalg

from gansearch.metrics._base import Direction, Measured, Metric, RealSet
from gansearch.metrics._moments import moments
from gansearch.metrics._remembered import remembered


@dataclass(frozen=True, kw_only=True)
class EffectiveRank(Metric):
    """``exp(H(p_f)) / exp(H(p_r))``, ``p`` the eigenvalues of the features' covariance over their sum.

    1 where they vary as real ones do, near 0 where all lie on a line or a point of many dimensions.
    """

    name: ClassVar[str] = "effective_rank"
    unit: ClassVar[str] = "share of the real samples' rank"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "Roy and Vetterli 2007, The effective rank: a measure of effective dimensionality"
    real_set: ClassVar[RealSet] = "whole"
    least_samples: ClassVar[int] = 2

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The share, above 0; 0 where all samples are equal."""
        return _rank(fake) / max(1.0, _rank(real))


@remembered
def _rank(measured: Measured) -> float:
    return effective_rank(moments(measured).covariance)


def effective_rank(covariance: Float[Tensor, "d d"]) -> float:
    """``exp`` of the entropy of the eigenvalues over their sum, from 1 to d; 0 of a matrix of zeros."""
    values = linalg.eigvalsh(covariance).clamp_min(0)
    total = values.sum()
    if total <= 0:
        return 0.0
    shares = values[values > 0] / total
    return float((-(shares * shares.log()).sum()).exp().item())
