"""Whether generated samples copy training samples. Source: Meehan et al. 2020, arXiv:2004.05675 (data copying)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from gansearch.metrics._base import Direction, Measured, Metric, RealSet, When
from gansearch.metrics._near import nearest_squared
from gansearch.metrics._remembered import kept

JUDGED: Final = 2_000
"""Samples of either side whose distance to the nearest training sample is looked up."""
SEED: Final = 0
"""Decides which training samples stand for all."""


@dataclass(frozen=True, kw_only=True)
class NearestTrainingDistance(Metric):
    """``median_f min_t |f - t| / median_t min_(t' != t) |t - t'|`` of features, over training samples t.

    0 where generated samples are copies of training samples, 1 where they are as far from them as these are from each
    other. Above 1 they are unlike any of them: precision tells more of that.
    """

    name: ClassVar[str] = "nearest_training_distance"
    unit: ClassVar[str] = "share of the distance between training samples"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "median distance to the nearest training sample; Meehan et al. 2020, arXiv:2004.05675"
    when: ClassVar[When] = "end"
    real_set: ClassVar[RealSet] = "training"
    least_samples: ClassVar[int] = 2
    most_samples: ClassVar[int] = JUDGED

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The share, at least 0; NaN where most training samples are equal to another."""
        typical = _typical_distance(real).item()
        distances = nearest_squared(fake.features, real.features, 1).sqrt()
        return distances.median().item() / typical if typical > 0 else float("nan")


@kept
def _typical_distance(training: Measured) -> Float[Tensor, ""]:
    """Median distance of up to 2,000 training samples, always the same, to the nearest other one of all."""
    features = training.features
    own = torch.randperm(len(features), generator=Generator().manual_seed(SEED))[:JUDGED].to(features.device)
    return nearest_squared(features[own], features, 1, own=own).sqrt().median()
