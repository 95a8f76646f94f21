"""Number of modes of a known mixture that samples reach. Source: Srivastava et al. 2017, VEEGAN, arXiv:1705.07761."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric, RealSet


@dataclass(frozen=True, kw_only=True)
class ModesCovered(Metric):
    """Modes with at least one sample within 3 standard deviations, the papers' own count on 2,500 samples."""

    name: ClassVar[str] = "modes_covered"
    unit: ClassVar[str] = "modes"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "Srivastava et al. 2017, arXiv:1705.07761; Lin et al. 2018, arXiv:1712.04086"
    real_set: ClassVar[RealSet] = "none"
    most_samples: ClassVar[int] = 2_500
    needs_classes: ClassVar[bool] = True
    needs_modes: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The number of modes."""
        assert fake.probabilities is not None
        assert fake.high_quality is not None
        return float(fake.probabilities[fake.high_quality].any(0).sum())
