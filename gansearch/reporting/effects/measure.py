"""What is compared: a metric with its direction, the scale of its effects, and the smallest effect that counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gansearch.errors import ReportError

MARGIN: Final = 0.1
"""10 % of a distance, or 10 points of a rate: the smallest effect that counts."""


class Scale(StrEnum):
    """How two arms are set against each other."""

    RATIO = "ratio"
    """Geometric mean of the arm over that of the baseline; values above 0."""
    DIFFERENCE = "difference"
    """Mean of the arm less that of the baseline, in the metric's unit."""
    RATE = "rate"
    """Share of runs with an outcome, the arm's less the baseline's, in points."""
    RANK = "rank"
    """Probability that a run of the arm is better than one of the baseline; where runs are censored."""


@dataclass(frozen=True)
class Measure:
    """A metric, as effects on it are judged."""

    name: str
    scale: Scale = Scale.RATIO
    """``ratio``, ``difference`` or ``rate``; ``rank`` follows from censored runs and is never chosen."""
    lower_is_better: bool = True
    margin: float = MARGIN
    """``ratio``: a share m in (0, 1): the lower of two levels lies at least m below the higher, so that swapping both
    arms swaps the verdict. ``difference``: in the metric's unit. ``rate``: a share in (0, 1)."""
    floor: float = 0.0
    """The least difference between two levels that the metric's noise allows to tell, in its unit."""

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ReportError: where the scale is ``rank``, or margin or floor is out of range.
        """
        if self.scale is Scale.RANK:
            raise ReportError(f"measure {self.name}: scale must be ratio, difference or rate; got rank")
        highest = math.inf if self.scale is Scale.DIFFERENCE else 1.0
        if not 0 < self.margin < highest:
            raise ReportError(f"measure {self.name}: margin must lie between 0 and {highest:g}; got {self.margin}")
        if not 0 <= self.floor < math.inf:
            raise ReportError(f"measure {self.name}: floor must be at least 0 and finite; got {self.floor}")

    @property
    def sign(self) -> int:
        """What turns a value into a gain, of which more is better: -1 where lower is better."""
        return -1 if self.lower_is_better else 1


SUCCESS_RATE: Final = Measure("success rate", Scale.RATE, lower_is_better=False)
