"""How sure the reference classifier is of the samples. Source: after Salimans et al. 2016, arXiv:1606.03498."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric, RealSet


@dataclass(frozen=True, kw_only=True)
class MeanTopProbability(Metric):
    """Mean over the samples of the largest class probability; a collapsed generator can have it at 1."""

    name: ClassVar[str] = "mean_top_probability"
    unit: ClassVar[str] = "probability"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "mean of max_y p(y|x); the sharpness that Salimans et al. 2016, arXiv:1606.03498 ask for"
    real_set: ClassVar[RealSet] = "none"
    needs_classifier: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The mean, in [1 / classes, 1]."""
        assert fake.probabilities is not None
        return fake.probabilities.double().amax(1).mean().item()
