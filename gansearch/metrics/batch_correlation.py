"""How alike samples of one minibatch are beyond those of different ones. Source: intraclass correlation, Fisher 1925.

Batch normalisation gives the samples that are drawn together something in common (Goodfellow 2016, arXiv:1701.00160,
section 4.6); independent samples have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric, RealSet, When


@dataclass(frozen=True, kw_only=True)
class BatchCorrelation(Metric):
    """``(between - within) / (between + (B - 1) within)`` of the features' mean squares over minibatches of B samples.

    0 where samples are independent, 1 where those of a minibatch are all equal. It is measured at the end of a trial
    alone, on minibatches of the size that it was trained with.
    """

    name: ClassVar[str] = "batch_correlation"
    unit: ClassVar[str] = "correlation"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "intraclass correlation, Fisher 1925; summed over features"
    when: ClassVar[When] = "end"
    real_set: ClassVar[RealSet] = "none"
    needs_batches: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The correlation in [-1 / (B - 1), 1]; NaN without whole minibatches."""
        if fake.batch is None or len(fake.features) % fake.batch:
            return float("nan")
        return intraclass_correlation(fake.features.view(-1, fake.batch, fake.features.shape[1]))


def intraclass_correlation(batches: Float[Tensor, "g b d"]) -> float:
    """The correlation of two samples of one minibatch, from a one-way analysis of variance over ``g`` of them.

    Returns:
        NaN for fewer than two minibatches or samples in one, and where no two samples differ.
    """
    groups, size = batches.shape[:2]
    if groups < 2 or size < 2:
        return float("nan")
    values = batches.double()
    means = values.mean(1)
    between = size * (means - means.mean(0)).square().sum() / (groups - 1)
    within = (values - means[:, None]).square().sum() / (groups * (size - 1))
    whole = between + (size - 1) * within
    return ((between - within) / whole).item() if whole > 0 else float("nan")
