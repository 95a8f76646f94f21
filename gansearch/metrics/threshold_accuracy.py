"""How often a discriminator tells real samples from generated ones. Source: "threshold binary accuracy" of Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric, RealSet, When


@dataclass(frozen=True, kw_only=True)
class ThresholdAccuracy(Metric):
    """``mean(round(y) = round(p))`` over as many real samples as generated ones: the trial's own discriminator.

    ``p`` is the probability of "real" that it gives, ``y`` is 1 for a real sample and 0 for a generated one, and a half
    is rounded to even. The real ones are such as it has never seen, or where there are none those that it was trained
    on. 0.5 where it can tell nothing: a generator that it cannot see through, or a discriminator that has given up, so
    that it ranks no runs by itself.
    """

    name: ClassVar[str] = "threshold_accuracy"
    unit: ClassVar[str] = "share"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "threshold binary accuracy of Keras, at 0.5"
    when: ClassVar[When] = "end"
    real_set: ClassVar[RealSet] = "none"
    needs_scores: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The share in [0, 1]; NaN where a score is not finite."""
        assert fake.scores is not None
        known = fake.scores.training if fake.scores.held_out is None else fake.scores.held_out
        return threshold_accuracy(known, fake.scores.fake)


def threshold_accuracy(real: Float[Tensor, " m"], fake: Float[Tensor, " k"]) -> float:
    """Share of right answers over the first scores (logits of "real") of either kind, equally many.

    A logit of 0 is a probability of a half, which ``round`` takes to 0: it counts as "generated".

    Returns:
        NaN without scores, and where one is not finite.
    """
    count = min(len(real), len(fake))
    scores = torch.cat([real[:count], fake[:count]]).double()
    if count == 0 or not scores.isfinite().all():
        return float("nan")
    labels = torch.cat([torch.ones(count), torch.zeros(count)]).to(scores)
    return (scores.sigmoid().round() == labels).double().mean().item()
