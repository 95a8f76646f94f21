"""Ways to search against the first of them, at equal times: halfway, and at the end."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from gansearch.reporting.searches.replays import Question
from gansearch.reporting.statistics import LEVEL, Difference, difference, holm

SMALLEST: Final = 0.1
"""The smallest effect that counts: a share of the distance."""
MARGIN: Final = math.log1p(SMALLEST)

Moment: TypeAlias = Literal["halfway", "at the end"]
Verdict: TypeAlias = Literal["better", "worse", "equivalent", "undecided"]
MOMENTS: Final[dict[Moment, float]] = {"halfway": 0.5, "at the end": 1.0}
"""Shares of the time that every search has."""


@dataclass(frozen=True)
class Against:
    """One way against the first."""

    name: str
    first: str
    moment: Moment
    found: Difference | None
    """Of the logarithms of what was found; None where a search had found nothing by then."""
    nothing: int
    """Searches of either that had found nothing."""
    p: float | None = None
    """After Holm's correction over all comparisons of the page."""

    @property
    def verdict(self) -> Verdict:
        """What the numbers say, where less than 10 % of the distance does not count."""
        found = self.found
        if found is None or found.interval is None or self.p is None:
            return "undecided"
        if self.p < 1 - LEVEL and abs(found.value) >= MARGIN and found.interval.excludes(0):
            return "better" if found.value < 0 else "worse"
        return "equivalent" if found.interval.low > -MARGIN and found.interval.high < MARGIN else "undecided"


def moment_s(question: Question, moment: Moment) -> float:
    """A moment on the simulated clock."""
    return MOMENTS[moment] * question.time_s


def compared(question: Question) -> list[Against]:
    """Every way but the first against it, at both moments; p values are not corrected yet."""
    first, *others = question.searches
    return [_against(question, name, first, moment) for moment in MOMENTS for name in others]


def corrected(found: list[list[Against]]) -> list[list[Against]]:
    """The same with Holm's correction over the comparisons of all questions."""
    p_values = iter(holm([None if each.found is None else each.found.p for every in found for each in every]))
    return [[replace(each, p=next(p_values)) for each in every] for every in found]


def _against(question: Question, name: str, first: str, moment: Moment) -> Against:
    at_s = moment_s(question, moment)
    own, reference = (np.array([each.ratio_at(at_s) for each in question.searches[named]]) for named in (name, first))
    nothing = int(np.isinf(own).sum() + np.isinf(reference).sum())
    if nothing:
        return Against(name, first, moment, None, nothing)
    return Against(name, first, moment, difference(np.log(own), np.log(reference)), 0)
