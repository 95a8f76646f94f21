"""How far the classes of generated samples are from the real ones. Source: Kullback and Leibler 1951."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric, RealSet
from gansearch.metrics.classes_covered import class_shares

ABSENT: Final = 0.5
"""Real samples that a class without any counts as having: the divergence stays finite."""


@dataclass(frozen=True, kw_only=True)
class ClassDivergence(Metric):
    """``sum_c p_f(c) log(p_f(c) / p_r(c))``, in nats, of the shares of most probable classes.

    0 where they are equal. A class that real samples lack counts as half a real sample.
    """

    name: ClassVar[str] = "class_divergence"
    unit: ClassVar[str] = "nats"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "Kullback and Leibler 1951, doi:10.1214/aoms/1177729694; shares of most probable classes"
    real_set: ClassVar[RealSet] = "whole"
    needs_classes: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The divergence, at least 0."""
        assert real.probabilities is not None
        assert fake.probabilities is not None
        least = ABSENT / len(real.probabilities)
        return divergence(class_shares(fake.probabilities), class_shares(real.probabilities).clamp_min(least))


def divergence(shares: Float[Tensor, " c"], others: Float[Tensor, " c"]) -> float:
    """Kullback-Leibler divergence of shares from others, which are above 0, in nats."""
    value = torch.special.xlogy(shares, shares) - torch.special.xlogy(shares, others)
    return float(value.sum().clamp_min(0))
