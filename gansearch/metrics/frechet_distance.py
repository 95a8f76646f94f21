"""Frechet distance between Gaussians fitted to features. Source: Heusel et al. 2017, arXiv:1706.08500."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, linalg

from gansearch.metrics._base import Direction, Measured, Metric, RealSet
from gansearch.metrics._moments import Moments, covariance_root, moments


@dataclass(frozen=True, kw_only=True)
class FrechetDistance(Metric):
    """``|mu_r - mu_f|^2 + tr(S_r + S_f - 2 (S_r S_f)^(1/2))``.

    Biased upwards for few samples: values compare only at equal n.
    """

    name: ClassVar[str] = "frechet_distance"
    unit: ClassVar[str] = "squared feature units"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "Heusel et al. 2017, arXiv:1706.08500"
    real_set: ClassVar[RealSet] = "whole"
    least_samples: ClassVar[int] = 2

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The distance."""
        return frechet_distance(moments(real), covariance_root(real), moments(fake))


def frechet_distance(real: Moments, real_root: Float[Tensor, "d d"], fake: Moments) -> float:
    """The distance from moments, float64.

    The eigenvalues of ``S_r S_f`` are those of the symmetric ``R S_f R`` with ``R R = S_r``: real, at least 0, and
    exact where a covariance is singular.

    Args:
        real: moments of the real features.
        real_root: the symmetric root of their covariance.
        fake: moments of the generated features.
    """
    eigenvalues = linalg.eigvalsh(real_root @ fake.covariance @ real_root)
    traces = real.covariance.trace() + fake.covariance.trace() - 2 * eigenvalues.clamp_min(0).sqrt().sum()
    return float(((real.mean - fake.mean).square().sum() + traces).clamp_min(0))
