"""Share of the class or mode that the generator makes most often, by the second classifier. Source: as its outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric, RealSet, View
from gansearch.metrics.outcome_classes_covered import outcome_shares


@dataclass(frozen=True, kw_only=True)
class OutcomeShareLargest(Metric):
    """Share of the samples in their largest class.

    For points of a known mixture: in their largest mode, and only samples within 3 standard deviations belong to one.
    """

    name: ClassVar[str] = "outcome_share_largest"
    unit: ClassVar[str] = "share"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "the project's definition of collapse, by a classifier that no run sees"
    view: ClassVar[View] = "second"
    real_set: ClassVar[RealSet] = "none"
    needs_classes: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The share, in [0, 1]."""
        return outcome_shares(fake).max().item()
