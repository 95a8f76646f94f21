"""Number of classes that the generator makes. Source: the project's definition of collapse, by shares of classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric, RealSet

LEAST_SHARE = 0.01


@dataclass(frozen=True, kw_only=True)
class ClassesCovered(Metric):
    """Classes that at least 1 % of the samples belong to, by their most probable class."""

    name: ClassVar[str] = "classes_covered"
    unit: ClassVar[str] = "classes"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "classes with a share of at least 1 % of the samples"
    real_set: ClassVar[RealSet] = "none"
    needs_classes: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The number of classes."""
        assert fake.probabilities is not None
        return float((class_shares(fake.probabilities) >= LEAST_SHARE).sum())


def class_shares(probabilities: Float[Tensor, "n c"]) -> Float[Tensor, " c"]:
    """Share of the samples whose most probable class each class is, float64; n > 0."""
    counts = probabilities.argmax(1).bincount(minlength=probabilities.shape[1])
    return counts.double() / len(probabilities)
