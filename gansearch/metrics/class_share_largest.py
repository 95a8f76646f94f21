"""Share of the class that the generator makes most often. Source: the project's definition of collapse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric, RealSet
from gansearch.metrics.classes_covered import class_shares


@dataclass(frozen=True, kw_only=True)
class ClassShareLargest(Metric):
    """Share of the samples in their largest class: 1 where all are of one class, 1 / classes where all are equal."""

    name: ClassVar[str] = "class_share_largest"
    unit: ClassVar[str] = "share"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "share of the most frequent class among the samples"
    real_set: ClassVar[RealSet] = "none"
    needs_classes: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The share, in (0, 1]."""
        assert fake.probabilities is not None
        return class_shares(fake.probabilities).max().item()
