"""Batches and quoting."""

from __future__ import annotations

import pytest

from gansearch.tracking.pending import Point
from gansearch.tracking.run_writer import portions, quoted, whole_steps


def test_the_points_of_one_step_stay_together() -> None:
    points = [Point("train", f"s{signal}", 0.0, step, 0) for step in range(4) for signal in range(3)]
    assert len(whole_steps(points, 4)) == 6
    assert len(whole_steps(points, 3)) == 3
    assert whole_steps(points, 100) == points
    assert whole_steps([], 4) == []


def test_portions() -> None:
    assert portions([("a", "1"), ("b", "2"), ("c", "3")], 2) == [[("a", "1"), ("b", "2")], [("c", "3")]]


def test_names_with_quotes() -> None:
    assert quoted("it's") == '"it\'s"'
    assert quoted("plain") == "'plain'"
    with pytest.raises(ValueError, match="quotes of both kinds"):
        quoted("'\"")
