"""How many different samples a generator makes: the birthday test. Source: Arora and Zhang 2018, arXiv:1706.08224."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric, When
from gansearch.metrics._near import pairs_within
from gansearch.metrics._neighbours import nearest_in_own_set
from gansearch.metrics._remembered import remembered

DUPLICATES_OF_REAL: Final = 0.01
"""Share of real samples that count as having a duplicate."""


@dataclass(frozen=True, kw_only=True)
class SupportEstimate(Metric):
    """``n (n - 1) / (2 P)`` with P pairs of duplicates among n generated samples.

    Two samples drawn alike from N things are the same one with probability 1 / N. The paper lets people judge what a
    duplicate is; here it is a pair of features at most as far apart as the nearest one in a hundred among as many real
    samples is from its nearest other one. So real samples, of which there are no duplicates, come out near 100 n, and
    nothing above that can be told. Without any duplicate P counts as 1: the value is a lower bound.
    """

    name: ClassVar[str] = "support_estimate"
    unit: ClassVar[str] = "samples"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "Arora and Zhang 2018, arXiv:1706.08224; duplicates by feature distance"
    when: ClassVar[When] = "end"
    least_samples: ClassVar[int] = 1_000

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The estimate, in [1, n (n - 1) / 2]."""
        count = len(fake.features)
        return count * (count - 1) / 2 / max(1.0, duplicate_pairs(fake, _duplicate_distance(real)))


@remembered
def _duplicate_distance(real: Measured) -> float:
    """Squared distance at which two samples are still duplicates."""
    nearest = nearest_in_own_set(real)[:, 0].sort().values
    return nearest[math.ceil(DUPLICATES_OF_REAL * len(nearest)) - 1].item()


def duplicate_pairs(measured: Measured, squared_distance: float) -> float:
    """Pairs of samples at most so far apart.

    Only samples whose five nearest ones are all duplicates have others looked at.
    """
    beyond = math.nextafter(squared_distance, math.inf)
    duplicates = (nearest_in_own_set(measured) < beyond).sum(1)
    crowded = measured.features[duplicates == nearest_in_own_set(measured).shape[1]]
    single = duplicates[duplicates < nearest_in_own_set(measured).shape[1]].sum().item()
    return (single + _near_any(crowded, measured.features, beyond) - len(crowded)) / 2


def _near_any(points: Float[Tensor, "n d"], others: Float[Tensor, "m d"], squared_radius: float) -> int:
    if len(points) == 0:
        return 0
    radii = torch.full((len(others),), squared_radius, dtype=torch.float64, device=others.device)
    return sum(len(point) for point, _ in pairs_within(points, others, radii))
