"""Number of statistically different bins (NDB). Source: Richardson and Weiss 2018, arXiv:1805.12462."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from jaxtyping import Bool, Float
from torch import Generator, Tensor

from gansearch.data.clusters import nearest, settled
from gansearch.metrics._base import Direction, Measured, Metric, RealSet, When
from gansearch.metrics._remembered import kept, remembered

BINS: Final = 100
ROUNDS: Final = 20
"""Of moving the bins' centres at most: later ones hardly change which samples a bin holds."""
SEED: Final = 0
"""Decides where the search for the bins begins."""
TWO_SIDED: Final = 1.959963984540054
"""Standard deviations that a difference exceeds by chance in 5 % of all bins."""


@dataclass(frozen=True, kw_only=True)
class Ndb(Metric):
    """Share of 100 bins of the real features in which ``|p_r - p_f|`` is significant: two proportions, 5 %, two-sided.

    Bins are the cells of k-means on real features. A perfect sampler comes out near 0.05, one that makes a single
    image near 1. The paper bins pixels; features say the same of any size of image in the same memory. With few
    samples nothing is significant, so there is no value below 10,000.
    """

    name: ClassVar[str] = "ndb"
    unit: ClassVar[str] = "share of bins"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "Richardson and Weiss 2018, arXiv:1805.12462; NDB / K, K = 100, on features"
    when: ClassVar[When] = "end"
    real_set: ClassVar[RealSet] = "whole"
    least_samples: ClassVar[int] = 10_000

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The share, in [0, 1]."""
        bins = _bins(real)
        different = are_different(bins.counts, counted(fake.features, bins.centres))
        return different.double().mean().item()


@dataclass(frozen=True, eq=False)
class Bins:
    """The cells of real samples."""

    centres: Float[Tensor, "k d"]
    counts: Float[Tensor, " k"]
    """Real samples in each."""


@remembered
def _bins(real: Measured) -> Bins:
    centres = _bin_centres(real)
    return Bins(centres, counted(real.features, centres))


@kept
def _bin_centres(real: Measured) -> Float[Tensor, "k d"]:
    points = real.features.cpu().double()  # on the CPU sums are the same every time
    # Centres far from one another, as for classes, take ten times as long to choose, and bin no better.
    first = points[torch.randperm(len(points), generator=Generator().manual_seed(SEED))[:BINS]]
    return settled(points, first, ROUNDS).to(real.features.device)


def counted(features: Float[Tensor, "n d"], centres: Float[Tensor, "k d"]) -> Float[Tensor, " k"]:
    """Samples in each bin."""
    return nearest(features.double(), centres).bincount(minlength=len(centres)).double()


def are_different(counts: Float[Tensor, " k"], others: Float[Tensor, " k"]) -> Bool[Tensor, " k"]:
    """In which bins the proportions of two sets differ significantly; in none that both leave empty."""
    total, other_total = counts.sum(), others.sum()
    pooled = (counts + others) / (total + other_total)
    variance = pooled * (1 - pooled) * (1 / total + 1 / other_total)
    return (counts / total - others / other_total).square() > TWO_SIDED**2 * variance
