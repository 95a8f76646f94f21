"""At least 1.2x or no pack."""

from __future__ import annotations

import pytest

from benchmarks.choice import chosen_lanes


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [
        ({1: 1.0}, 1),
        ({1: 1.2, 2: 1.0, 4: 1.1}, 2),
        ({1: 1.19, 2: 1.0}, 1),
        ({1: 1.0, 2: 2.0, 4: 3.0}, 1),
        ({1: 5.0, 2: 3.0, 4: 1.0, 8: 2.0}, 4),
    ],
)
def test_the_fastest_where_it_gains_enough(seconds: dict[int, float], chosen: int) -> None:
    assert chosen_lanes(seconds) == chosen
