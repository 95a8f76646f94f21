"""What a two-level design lets one see: its resolution, and which effects of pairs it cannot tell from each other.

A contrast is a column of +1 and -1. Effects whose contrasts are equal, or opposite, are *aliased*: runs of the design
show their sum, or their difference, and no analysis can take it apart. Source: Box, Hunter and Hunter 2005, chapter 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from gansearch.errors import ReportError
from gansearch.reporting.statistics import Values

CLEAR: Final = 5
"""The resolution from which on effects of pairs stand alone, where three factors together do nothing more."""


@dataclass(frozen=True)
class Term:
    """A main effect or the effect of a pair, as a contrast has it."""

    factors: tuple[str, ...]
    """One or two."""
    sign: int = 1
    """-1 where the contrast has it turned round."""


@dataclass(frozen=True, eq=False)
class Contrast:
    """One thing that a design can see."""

    terms: tuple[Term, ...]
    """The first has the sign +1; more than one are aliased."""
    column: Values
    """[arms], +1 and -1."""

    @property
    def is_main(self) -> bool:
        """Whether it is the main effect of a factor, alone or not."""
        return len(self.terms[0].factors) == 1


@dataclass(frozen=True, eq=False)
class TwoLevelDesign:
    """The levels of each factor in each arm."""

    factors: tuple[str, ...]
    levels: Values
    """[arms, factors]: -1 at the baseline's level, +1 at the other."""

    def __post_init__(self) -> None:
        """Check that the columns are those of a regular design: each balanced, any two without correlation.

        Raises:
            ReportError: where they are not, or are not +1 and -1.
        """
        levels = self.levels
        is_signs = levels.ndim == 2 and levels.shape[1] == len(self.factors) and bool(np.all(np.abs(levels) == 1))
        products = levels.T @ levels if is_signs else levels
        if not is_signs or levels.sum(axis=0).any() or (products - np.diag(np.diag(products))).any():
            raise ReportError(
                f"a two-level design must have +1 and -1, each as often, and columns without correlation, for "
                f"{len(self.factors)} factors; got {levels.shape[0]} arms"
            )

    @property
    def is_full(self) -> bool:
        """Whether every combination is there."""
        return len(self.levels) == 1 << len(self.factors)

    @property
    def resolution(self) -> int:
        """Factors of the shortest word of its defining relation: 3, 4, or 5 for 5 and more; 5 of a full factorial."""
        for length in (3, 4):
            for chosen in combinations(range(len(self.factors)), length):
                column = self.levels[:, chosen].prod(axis=1)
                if abs(column.sum()) == len(column):
                    return length
        return CLEAR

    def contrasts(self) -> tuple[Contrast, ...]:
        """Main effects in the order of the factors, then pairs; what is aliased stands together."""
        found: dict[bytes, tuple[Values, list[Term]]] = {}
        for names, column in self._columns():
            key = (column * column[0]).tobytes()  # the same for opposite columns
            first, terms = found.setdefault(key, (column, []))
            terms.append(Term(names, int(first[0] * column[0])))
        return tuple(Contrast(tuple(terms), column) for column, terms in found.values())

    def _columns(self) -> Iterator[tuple[tuple[str, ...], Values]]:
        for length in (1, 2):
            for chosen in combinations(range(len(self.factors)), length):
                names = tuple(self.factors[place] for place in chosen)
                yield names, self.levels[:, chosen].prod(axis=1)


def design_of(factors: Sequence[str], changed: Sequence[Sequence[bool]]) -> TwoLevelDesign:
    """The design whose arms have these factors changed from the baseline.

    Raises:
        ReportError: where it is no regular design.
    """
    return TwoLevelDesign(tuple(factors), np.where(np.array(changed, dtype=bool), 1.0, -1.0))
