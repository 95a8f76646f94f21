"""Kernel distance between two sets of features. Source: Binkowski et al. 2018, arXiv:1801.01401."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric
from gansearch.metrics._remembered import remembered

BLOCK: Final = 1_000
"""Samples of either side whose kernel values are held at once: 8 MB."""


@dataclass(frozen=True, kw_only=True)
class KernelDistance(Metric):
    """``E k(x, x') + E k(y, y') - 2 E k(x, y)`` with ``k(x, y) = (x . y / d + 1)^3``, over pairs of different samples.

    Unbiased at every number of samples, so that equal distributions may come out below 0. It is taken over all samples
    at once, where others take the mean over random subsets of 1,000: the same in expectation, with less noise.
    """

    name: ClassVar[str] = "kernel_distance"
    unit: ClassVar[str] = "kernel units"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "Binkowski et al. 2018, arXiv:1801.01401; all samples in place of subsets"
    least_samples: ClassVar[int] = 2

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The distance; about 0 for equal distributions."""
        return _mean_within(real) + _mean_within(fake) - 2 * mean_between(real.features, fake.features)


@remembered
def _mean_within(measured: Measured) -> float:
    return mean_within(measured.features)


def mean_within(features: Float[Tensor, "n d"]) -> float:
    """Mean kernel of different samples of one set, from one half of the symmetric pairs; n > 1."""
    blocks = _blocks(features)
    total = 0.0
    for number, rows in enumerate(blocks):
        own = _kernel(rows, rows)
        total += float(own.sum() - own.diagonal().sum())
        total += 2 * sum(float(_kernel(rows, columns).sum()) for columns in blocks[number + 1 :])
    return total / (len(features) * (len(features) - 1))


def mean_between(real: Float[Tensor, "m d"], fake: Float[Tensor, "n d"]) -> float:
    """Mean kernel of a sample of one set and one of the other."""
    columns = _blocks(fake)
    total = 0.0
    for rows in _blocks(real):
        total += sum(float(_kernel(rows, others).sum()) for others in columns)
    return total / (len(real) * len(fake))


def _blocks(features: Tensor) -> tuple[Float[Tensor, "b d"], ...]:
    return tuple(torch.split(features.double(), BLOCK))


def _kernel(rows: Float[Tensor, "a d"], columns: Float[Tensor, "b d"]) -> Float[Tensor, "a b"]:
    """In float64: the distance is a small difference of large means."""
    products: Tensor = rows @ (columns / columns.shape[1]).T
    return products.add_(1).pow_(3)
