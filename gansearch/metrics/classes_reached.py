"""Number of classes with any sample. Source: the modes of stacked MNIST, Metz et al. 2017, arXiv:1611.02163."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric, RealSet, When
from gansearch.metrics.classes_covered import class_shares


@dataclass(frozen=True, kw_only=True)
class ClassesReached(Metric):
    """Classes that are the most probable one of at least one sample; on stacked MNIST its modes, of 1,000.

    It grows with the number of samples: values compare only at equal n.
    """

    name: ClassVar[str] = "classes_reached"
    unit: ClassVar[str] = "classes"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "Metz et al. 2017, arXiv:1611.02163; Lin et al. 2018, arXiv:1712.04086"
    when: ClassVar[When] = "end"
    real_set: ClassVar[RealSet] = "none"
    most_samples: ClassVar[int] = 26_000
    needs_classes: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The number of classes."""
        assert fake.probabilities is not None
        return float((class_shares(fake.probabilities) > 0).sum())
