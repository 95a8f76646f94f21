from __future__ import annotations

from itertools import product

import pytest

from gansearch.reporting.effects.factorial_design import design_of
from gansearch.space.ablation_fraction import fraction


@pytest.mark.parametrize(
    ("factors", "resolution", "runs", "found"),
    [
        (2, 4, 4, 5),
        (3, 4, 8, 5),
        (4, 4, 8, 4),
        (4, 5, 16, 5),
        (5, 5, 16, 5),
        (6, 4, 16, 4),
        (8, 5, 64, 5),
        (11, 5, 128, 5),
    ],
)
def test_the_smallest_of_at_least_the_resolution(factors: int, resolution: int, runs: int, found: int) -> None:
    """The catalogue of Box, Hunter and Hunter 2005, table 6.22."""
    design = fraction(factors, resolution)
    assert design is not None
    assert len(design) == len(set(design)) == runs
    assert not any(design[0])
    assert design_of([f"f{number}" for number in range(factors)], design).resolution == found


def test_as_many_runs_have_the_higher_resolution() -> None:
    assert fraction(5, 4) == fraction(5, 5)


def test_one_factor_has_two_runs() -> None:
    assert fraction(1, 5) == [(False,), (True,)]


def test_a_whole_factorial_has_every_combination() -> None:
    found = fraction(3, 5)
    assert found is not None
    assert set(found) == set(product((False, True), repeat=3))
