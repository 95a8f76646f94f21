"""Balls around samples that reach to their fifth neighbour, exact and in blocks: what four metrics share.

Source: Kynkaanniemi et al. 2019, arXiv:1904.06991 (precision, recall); Naeem et al. 2020, arXiv:2002.09797 (density,
coverage; all four with five neighbours).
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from gansearch.metrics._base import Measured
from gansearch.metrics._near import nearest_squared, pairs_within
from gansearch.metrics._remembered import kept, remembered

NEIGHBOURS = 5


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


def neighbourhoods(real: Measured, fake: Measured) -> Neighbourhoods:
    """Compare two sets, of more samples than there are neighbours, once for all metrics that ask."""
    known = _compared_with(fake)
    if real not in known:
        known[real] = _compare_sets(real, fake)
    return known[real]


@remembered
def _compared_with(_fake: Measured) -> WeakKeyDictionary[Measured, Neighbourhoods]:
    return WeakKeyDictionary()


def _compare_sets(real: Measured, fake: Measured) -> Neighbourhoods:
    return compare(real.features, _squared_radii(real), fake.features, _squared_radii(fake))


@remembered
def _squared_radii(measured: Measured) -> Float[Tensor, " n"]:
    return nearest_in_own_set(measured)[:, -1]


@kept
def nearest_in_own_set(measured: Measured) -> Float[Tensor, "n 5"]:
    """Squared distances from each sample to its five nearest other ones, ascending, float64."""
    return squared_to_neighbours(measured.features, NEIGHBOURS)


def squared_to_neighbours(features: Float[Tensor, "n d"], neighbours: int) -> Float[Tensor, "n k"]:
    """Squared distances from each sample to its nearest other ones, ascending, float64; n > neighbours."""
    own = torch.arange(len(features), device=features.device)
    return nearest_squared(features, features, neighbours, own=own)


def compare(
    real: Float[Tensor, "m d"],
    real_radii: Float[Tensor, " m"],
    fake: Float[Tensor, "n d"],
    fake_radii: Float[Tensor, " n"],
) -> Neighbourhoods:
    """Count which samples lie strictly within which balls, given both sets' squared radii."""
    balls = 0
    covered, recalled = torch.zeros(2, len(real), dtype=torch.bool, device=real.device)
    inside = torch.zeros(len(fake), dtype=torch.bool, device=real.device)
    for generated, ball in pairs_within(fake, real, real_radii):
        balls += len(ball)
        inside[generated] = True
        covered[ball] = True
    for sample, _ in pairs_within(real, fake, fake_radii):
        recalled[sample] = True
    return Neighbourhoods(
        precision=_share(inside),
        recall=_share(recalled),
        density=balls / (NEIGHBOURS * len(fake)),
        coverage=_share(covered),
    )


def _share(holds: Bool[Tensor, " n"]) -> float:
    return int(holds.sum()) / len(holds)
