"""How far a discriminator's probabilities are from the truth. Source: Guo et al. 2017, arXiv:1706.04599."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric, RealSet, When

BINS: Final = 15
"""Of equal width over [0, 1], as in the paper."""


@dataclass(frozen=True, kw_only=True)
class CalibrationError(Metric):
    """``sum_b n_b / n |mean_b p - mean_b y|`` over 15 bins of ``p``, the probability of "real" that it gives.

    ``y`` is 1 for a real sample and 0 for a generated one, equally many of either: the trial's own discriminator, real
    samples as ``threshold_accuracy`` takes them. 0 where of all that it takes for real with 80 % those 80 % are, half
    where it is sure of what it cannot tell, 1 where it is sure and always wrong. A discriminator that always says one
    half has no error either, so that it ranks no runs by itself.
    """

    name: ClassVar[str] = "calibration_error"
    unit: ClassVar[str] = "probability"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "expected calibration error, Guo et al. 2017, arXiv:1706.04599; 15 bins"
    when: ClassVar[When] = "asked"
    real_set: ClassVar[RealSet] = "none"
    needs_scores: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The error in [0, 1]; NaN where a score is not finite."""
        assert fake.scores is not None
        known = fake.scores.training if fake.scores.held_out is None else fake.scores.held_out
        return calibration_error(known, fake.scores.fake)


def calibration_error(real: Float[Tensor, " m"], fake: Float[Tensor, " k"]) -> float:
    """The expected calibration error of the first scores (logits of "real") of either kind, equally many; in [0, 1].

    Returns:
        NaN without scores, and where one is not finite.
    """
    count = min(len(real), len(fake))
    scores = torch.cat([real[:count], fake[:count]]).double()
    if count == 0 or not scores.isfinite().all():
        return float("nan")
    probabilities = scores.sigmoid()
    labels = torch.cat([torch.ones(count), torch.zeros(count)]).to(scores)
    bins = (probabilities * BINS).long().clamp_max(BINS - 1)
    gaps = torch.zeros(BINS).to(scores).index_add(0, bins, probabilities - labels)
    return (gaps.abs().sum() / len(scores)).item()
