"""Share of real samples that have a generated one near them. Source: Naeem et al. 2020, arXiv:2002.09797."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric
from gansearch.metrics._neighbours import NEIGHBOURS, neighbourhoods


@dataclass(frozen=True, kw_only=True)
class Coverage(Metric):
    """Share of real balls (radius: fifth neighbour) that hold a generated sample: it falls with every lost mode."""

    name: ClassVar[str] = "coverage"
    unit: ClassVar[str] = "share"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "Naeem et al. 2020, arXiv:2002.09797; 5 neighbours"
    least_samples: ClassVar[int] = NEIGHBOURS + 1

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The share, in [0, 1]."""
        return neighbourhoods(real, fake).coverage
