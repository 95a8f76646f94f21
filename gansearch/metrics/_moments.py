"""Mean and covariance of features, in float64."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, linalg

from gansearch.metrics._base import Measured
from gansearch.metrics._remembered import remembered


@dataclass(frozen=True, eq=False)
class Moments:
    """What the Frechet distance knows of a set of samples."""

    mean: Float[Tensor, " d"]
    covariance: Float[Tensor, "d d"]
    """Unbiased (divided by n - 1)."""


@remembered
def moments(measured: Measured) -> Moments:
    """Moments of the features of at least 2 samples."""
    features = measured.features.double()
    mean = features.mean(0)
    centred = features - mean
    return Moments(mean, centred.T @ centred / (len(features) - 1))


@remembered
def covariance_root(measured: Measured) -> Float[Tensor, "d d"]:
    """The symmetric square root of the features' covariance."""
    return symmetric_root(moments(measured).covariance)


def symmetric_root(matrix: Float[Tensor, "d d"]) -> Float[Tensor, "d d"]:
    """The positive semi-definite ``R`` with ``R R = matrix``; eigenvalues below 0 are rounding noise and count as 0."""
    values, vectors = linalg.eigh(matrix)
    root: Tensor = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    return root
