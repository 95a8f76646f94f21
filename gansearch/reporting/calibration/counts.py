"""So many of so many, with the intervals that a count has: Wilson's, and an exact bound from above."""

from __future__ import annotations

from dataclasses import dataclass

from statsmodels.stats.proportion import proportion_confint

from gansearch.reporting.statistics import LEVEL, Estimate, share


@dataclass(frozen=True)
class Count:
    """``count`` of ``n``.

    Raises:
        ValueError: where ``count`` is not within [0, n].
    """

    count: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.n:
            raise ValueError(f"a count must be of 0 to n; got {self.count} of {self.n}")

    @property
    def share(self) -> float:
        """In [0, 1]; NaN of nothing."""
        return self.count / self.n if self.n else float("nan")

    @property
    def estimate(self) -> Estimate | None:
        """The share with Wilson's interval at 95 %; None of nothing."""
        return share(self.count, self.n) if self.n else None

    @property
    def upper(self) -> float:
        """What the true share is below with 95 % confidence, exactly (Clopper and Pearson 1934, one-sided).

        For none of n it is ``1 - .05 ** (1 / n)``, just below 3 / n.
        """
        if self.n == 0:
            return 1.0
        return float(proportion_confint(self.count, self.n, alpha=2 * (1 - LEVEL), method="beta")[1])
