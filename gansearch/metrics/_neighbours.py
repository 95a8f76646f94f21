"""Balls around samples that reach to their fifth neighbour, exact and in chunks: what four metrics share.

Source: Kynkaanniemi et al. 2019, arXiv:1904.06991 (precision, recall); Naeem et al. 2020, arXiv:2002.09797 (density,
coverage; all four with five neighbours).
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Measured
from gansearch.metrics._remembered import remembered

NEIGHBOURS = 5
CHUNK = 500
"""Rows of distances held at once: 40 MB against 10,000 columns."""


@dataclass(frozen=True)
class Neighbourhoods:
    """How generated and real samples lie among each other."""

    precision: float
    """Share of generated samples within the ball of some real one."""
    recall: float
    """Share of real samples within the ball of some generated one."""
    density: float
    """Mean number of real balls around a generated sample, over the number of neighbours."""
    coverage: float
    """Share of real samples whose ball holds a generated one."""


UNKNOWN = Neighbourhoods(*[float("nan")] * 4)


def neighbourhoods(real: Measured, fake: Measured) -> Neighbourhoods:
    """Compare two sets once, for all metrics that ask; NaN where one is not finite or has no fifth neighbour."""
    known = _compared_with(fake)
    if real not in known:
        known[real] = _compare_sets(real, fake)
    return known[real]


@remembered
def _compared_with(_fake: Measured) -> WeakKeyDictionary[Measured, Neighbourhoods]:
    return WeakKeyDictionary()


def _compare_sets(real: Measured, fake: Measured) -> Neighbourhoods:
    too_few = min(len(real.features), len(fake.features)) <= NEIGHBOURS
    if too_few or not fake.is_finite:
        return UNKNOWN
    return compare(real.features, _squared_radii(real), fake.features, _squared_radii(fake))


@remembered
def _squared_radii(measured: Measured) -> Float[Tensor, " n"]:
    return squared_radii(measured.features, NEIGHBOURS)


def squared_radii(features: Float[Tensor, "n d"], neighbours: int) -> Float[Tensor, " n"]:
    """Squared distance from each sample to its nearest-but-``neighbours - 1`` other one, float64; n > neighbours."""
    features = _centred(features, features)
    radii = []
    for start in range(0, len(features), CHUNK):
        distances = squared_distances(features[start : start + CHUNK], features)
        distances.diagonal(start).fill_(torch.inf)  # a sample is not its own neighbour
        radii.append(distances.kthvalue(neighbours, dim=1).values)
    return torch.cat(radii)


def compare(
    real: Float[Tensor, "m d"],
    real_radii: Float[Tensor, " m"],
    fake: Float[Tensor, "n d"],
    fake_radii: Float[Tensor, " n"],
) -> Neighbourhoods:
    """Count which samples lie strictly within which balls, given both sets' squared radii."""
    real, fake = _centred(real, real), _centred(fake, real)
    balls = 0
    inside = 0
    covered = torch.zeros(len(real), dtype=torch.bool, device=real.device)
    recalled = torch.zeros_like(covered)
    for start in range(0, len(fake), CHUNK):
        distances = squared_distances(fake[start : start + CHUNK], real)
        within_real = distances < real_radii
        balls += int(within_real.sum())
        inside += int(within_real.any(1).sum())
        covered |= within_real.any(0)
        recalled |= (distances < fake_radii[start : start + CHUNK, None]).any(0)
    return Neighbourhoods(
        precision=inside / len(fake),
        recall=recalled.double().mean().item(),
        density=balls / (NEIGHBOURS * len(fake)),
        coverage=covered.double().mean().item(),
    )


def squared_distances(rows: Float[Tensor, "a d"], columns: Float[Tensor, "b d"]) -> Float[Tensor, "a b"]:
    """Squared Euclidean distances, at least 0; float64 inputs, so that the product form loses nothing that counts."""
    norms = rows.square().sum(1)[:, None] + columns.square().sum(1)
    return norms.addmm_(rows, columns.T, alpha=-2).clamp_min_(0)


def _centred(features: Tensor, around: Tensor) -> Float[Tensor, "n d"]:
    """Features in float64 with the mean of ``around`` taken off: small norms lose fewer digits."""
    return features.double() - around.double().mean(0)
