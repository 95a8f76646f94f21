"""How much generated samples differ among themselves, against real ones. Source: ratio of total standard deviations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric, RealSet
from gansearch.metrics._moments import moments


@dataclass(frozen=True, kw_only=True)
class SampleSpread(Metric):
    """``sqrt(tr S_f / tr S_r)`` of the features' covariances.

    0 where all samples are equal, 1 where they differ as real ones do; above 1 they differ more, which noise does too.
    """

    name: ClassVar[str] = "sample_spread"
    unit: ClassVar[str] = "share of the real spread"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "square root of the ratio of the traces of the feature covariances"
    real_set: ClassVar[RealSet] = "whole"
    least_samples: ClassVar[int] = 2

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The share, at least 0; NaN where real ones do not differ."""
        of_real = moments(real).covariance.trace()
        return (moments(fake).covariance.trace() / of_real).sqrt().item() if of_real > 0 else float("nan")
