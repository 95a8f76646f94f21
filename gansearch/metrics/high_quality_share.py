"""Share of samples close to a mode of a known mixture. Source: Srivastava et al. 2017, VEEGAN, arXiv:1705.07761."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric, RealSet


@dataclass(frozen=True, kw_only=True)
class HighQualityShare(Metric):
    """Share of the samples within 3 standard deviations of their nearest mode; exact sampling in 2-D has .9889."""

    name: ClassVar[str] = "high_quality_share"
    unit: ClassVar[str] = "share"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "Srivastava et al. 2017, arXiv:1705.07761; Lin et al. 2018, arXiv:1712.04086"
    real_set: ClassVar[RealSet] = "none"
    most_samples: ClassVar[int] = 2_500
    needs_modes: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The share, in [0, 1]."""
        assert fake.high_quality is not None
        return fake.high_quality.double().mean().item()
