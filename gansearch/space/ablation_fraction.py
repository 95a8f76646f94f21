"""Fractions of a two-level factorial, from pydoe. Source: Box and Hunter 1961, Technometrics 3(3), 311-351."""

from __future__ import annotations

from typing import Final

HIGHEST: Final = 5
"""The resolution at which every effect of a pair stands alone; more is never asked for."""


def fraction(factors: int, resolution: int) -> list[tuple[bool, ...]] | None:
    """The smallest regular fraction of at least a resolution, the baseline first: which factors each run has changed.

    The whole factorial where no fraction is smaller: up to 3 factors at resolution IV, up to 4 at V. Where as many runs
    allow a higher resolution, it has that one. Signs of the generators are such that the baseline, with nothing
    changed, is one of the runs: the resolution does not hang on them.

    Args:
        factors: at least 1.
        resolution: 4 or 5.

    Returns:
        Runs, each with a place for every factor; None where the library knows no such fraction.
    """
    if factors == 1:
        return [(False,), (True,)]
    from pydoe import fracfact_by_res  # a second or more, of which no other plan has need

    try:
        designs = [fracfact_by_res(factors, each) for each in range(HIGHEST, resolution - 1, -1)]
    except ValueError:  # too many factors
        return None
    design = min(designs, key=len)  # the first of equal ones: that of the highest resolution
    return [tuple(bool(mine != first) for mine, first in zip(run, design[0], strict=True)) for run in design]
