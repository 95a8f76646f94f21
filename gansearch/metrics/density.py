"""How densely generated samples lie where real ones do. Source: Naeem et al. 2020, arXiv:2002.09797."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric
from gansearch.metrics._neighbours import NEIGHBOURS, neighbourhoods


@dataclass(frozen=True, kw_only=True)
class Density(Metric):
    """Mean number of real balls (radius: fifth neighbour) that hold a generated sample, over 5.

    About 1 where both come from one distribution, and not bounded by it. One outlier among the real samples misleads
    it less than precision.
    """

    name: ClassVar[str] = "density"
    unit: ClassVar[str] = "ratio"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "Naeem et al. 2020, arXiv:2002.09797; 5 neighbours"
    least_samples: ClassVar[int] = NEIGHBOURS + 1

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The density, at least 0."""
        return neighbourhoods(real, fake).density
