"""Number of classes or modes that the generator makes, by the second classifier. Source: the project's outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric, RealSet, View
from gansearch.metrics.classes_covered import LEAST_SHARE, class_shares

FEW_CLASSES: Final = 10
"""Classes up to which each counts from a share of 1 %."""
PART_OF_EQUAL_SHARES: Final = 0.05
"""Part of the share that each of many classes would have if all were equal, from which it counts: .2 % for 25."""


@dataclass(frozen=True, kw_only=True)
class OutcomeClassesCovered(Metric):
    """Classes that at least 1 % of the samples belong to; of more than 10, a twentieth of an equal share is enough.

    For points of a known mixture: modes, and only samples within 3 standard deviations of one belong to it.
    """

    name: ClassVar[str] = "outcome_classes_covered"
    unit: ClassVar[str] = "classes"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "the project's definition of collapse, by a classifier that no run sees"
    view: ClassVar[View] = "second"
    real_set: ClassVar[RealSet] = "none"
    needs_classes: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The number of classes."""
        shares = outcome_shares(fake)
        return float((shares >= least_share(len(shares))).sum())


def outcome_shares(fake: Measured) -> Float[Tensor, " c"]:
    """Share of all samples that are of each class, float64; of known modes, only those of high quality are."""
    assert fake.probabilities is not None
    if fake.high_quality is None:
        return class_shares(fake.probabilities)
    near = fake.probabilities[fake.high_quality].argmax(1)
    return near.bincount(minlength=fake.probabilities.shape[1]).double() / len(fake.probabilities)


def least_share(classes: int) -> float:
    """The share from which a class counts, of so many: 1 % of up to 10 (ring), else 1 / (20 classes) (grid: .2 %)."""
    return LEAST_SHARE if classes <= FEW_CLASSES else PART_OF_EQUAL_SHARES / classes
