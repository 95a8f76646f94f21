"""Share of generated samples that look real. Source: Kynkaanniemi et al. 2019, arXiv:1904.06991."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric
from gansearch.metrics._neighbours import NEIGHBOURS, neighbourhoods


@dataclass(frozen=True, kw_only=True)
class Precision(Metric):
    """Share of generated samples within the ball (radius: fifth neighbour) of some real one."""

    name: ClassVar[str] = "precision"
    unit: ClassVar[str] = "share"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "Kynkaanniemi et al. 2019, arXiv:1904.06991; 5 neighbours"
    least_samples: ClassVar[int] = NEIGHBOURS + 1

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The share, in [0, 1]."""
        return neighbourhoods(real, fake).precision
