"""Window means against means by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gansearch.tracking.thinning import POINTS, Thinner


def signals(first: int, last: int) -> np.ndarray:
    """Two signals whose values are the step and its double."""
    steps = np.arange(first, last, dtype=np.float32)
    return np.stack([steps, 2 * steps])


def test_a_window_is_shown_at_its_last_step_with_its_mean() -> None:
    thinner = Thinner(epochs=40)  # 40 epochs of 10 steps: windows of 2
    done = thinner.add(0, ("a", "b"), signals(0, 10))
    assert [step for step, _ in done] == [2, 4, 6, 8, 10]
    assert done[0][1] == {"a": 0.5, "b": 1.0}
    assert done[4][1] == {"a": 8.5, "b": 17.0}


@pytest.mark.parametrize(("epochs", "steps"), [(1, 37), (7, 469), (100, 469), (3, 1)])
def test_at_most_200_points_a_trial(epochs: int, steps: int) -> None:
    thinner = Thinner(epochs)
    done = [
        window
        for epoch in range(epochs)
        for window in thinner.add(epoch * steps, ("a", "b"), signals(epoch * steps, (epoch + 1) * steps))
    ]
    done += thinner.rest()
    assert min(epochs * steps, POINTS // 2) <= len(done) <= POINTS
    assert done[-1][0] == epochs * steps


def test_the_cut_of_the_batches_changes_nothing() -> None:
    whole, cut = Thinner(epochs=100), Thinner(epochs=100)
    together = whole.add(0, ("a", "b"), signals(0, 10)) + whole.add(10, ("a", "b"), signals(10, 50))
    apart = cut.add(0, ("a", "b"), signals(0, 10)) + cut.add(10, ("a", "b"), signals(10, 13))
    apart += cut.add(13, ("a", "b"), signals(13, 50))
    assert together == apart


def test_steps_seen_before_count_once() -> None:
    thinner = Thinner(epochs=40)
    first = thinner.add(0, ("a", "b"), signals(0, 10))
    again = thinner.add(4, ("a", "b"), signals(4, 14))
    assert thinner.add(0, ("a", "b"), signals(0, 10)) == []
    assert [step for step, _ in first + again] == [2, 4, 6, 8, 10, 12, 14]
    assert again[0][1]["a"] == 10.5


def test_the_unfinished_window_is_shown_at_the_end() -> None:
    thinner = Thinner(epochs=80)  # windows of 4
    thinner.add(0, ("a", "b"), signals(0, 10))
    assert thinner.rest() == [(10, {"a": 8.5, "b": 17.0})]


def test_no_rest_without_signals_or_after_a_whole_window() -> None:
    assert Thinner(epochs=1).rest() == []
    thinner = Thinner(epochs=40)
    thinner.add(0, ("a", "b"), signals(0, 10))
    assert thinner.rest() == []
