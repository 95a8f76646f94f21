"""A share of runs: Wilson's interval (1927), and the bound that n runs without one give (Clopper and Pearson 1934)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from statsmodels.stats.proportion import proportion_confint

from gansearch.reporting.statistics import FEWEST, Interval, share

BOUND_LEVEL: Final = 0.95
"""Of the one-sided bound; about 3 / n of 0 out of n: the rule of three."""


@dataclass(frozen=True)
class Share:
    """``count`` of ``n`` runs had an outcome."""

    name: str
    count: int
    n: int
    unknown: int
    """Runs of which the evidence says nothing: not in ``n``."""
    interval: Interval | None
    """Wilson's, at 95 %, in [0, 1]; None without runs."""
    at_most: float
    """Upper bound of the share at 95 %, one-sided: of 0 out of n it is 1 - .05^(1/n). 1 without runs."""
    at_least: float
    """Lower bound of the share at 95 %, one-sided; 0 without runs."""
    missing: int
    """Runs that it lacks to the number that it should have."""

    @property
    def value(self) -> float | None:
        """The share in [0, 1]; None without runs."""
        return self.count / self.n if self.n else None

    @property
    def is_too_small(self) -> bool:
        """Whether there are fewer than 8 runs."""
        return self.n < FEWEST


def share_of(name: str, outcomes: Iterable[bool | None], wanted: int = FEWEST) -> Share:
    """The share of True among the ``outcomes`` that are known, of which there should be ``wanted``."""
    found = list(outcomes)
    known = [outcome for outcome in found if outcome is not None]
    count, n = sum(known), len(known)
    low, high = proportion_confint(count, n, alpha=2 * (1 - BOUND_LEVEL), method="beta") if n else (0.0, 1.0)
    return Share(
        name,
        count=count,
        n=n,
        unknown=len(found) - n,
        interval=share(count, n).interval if n else None,
        at_most=float(high),
        at_least=float(low),
        missing=max(0, wanted - n),
    )
