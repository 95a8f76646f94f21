"""The time that kernels cover."""

from __future__ import annotations

import pytest

from benchmarks.idle import covered


@pytest.mark.parametrize(
    ("spans", "length"),
    [
        ([], 0.0),
        ([(1.0, 3.0)], 2.0),
        ([(5.0, 6.0), (1.0, 3.0)], 3.0),
        ([(1.0, 4.0), (2.0, 3.0), (3.5, 6.0)], 5.0),
        ([(0.0, 1.0), (1.0, 2.0)], 2.0),
    ],
)
def test_overlapping_spans_count_once(spans: list[tuple[float, float]], length: float) -> None:
    assert covered(spans) == length
