"""A small chart, read as a user reads it: without colour."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.cli._chart import FULL, HEIGHT, LABEL, LINE, WIDTH, WINDOW, chart
from gansearch.reporting.judged_series import JudgedSeries


def series(
    values: NDArray[np.float64], threshold: float | None = None, since: int | None = None, every: int = 25
) -> JudgedSeries:
    steps = np.arange(1, len(values) + 1, dtype=np.float64) * every
    last = int(steps[-1])
    return JudgedSeries("a signal", steps, values, threshold, since, last, is_evaluations=False)


def test_bars_stand_on_the_axis_and_the_ends_are_named() -> None:
    lines = chart(series(np.linspace(0.0, 1.0, WIDTH)))
    assert len(lines) == HEIGHT + 2
    assert lines[0].startswith("1 │".rjust(LABEL + 1))
    assert lines[HEIGHT - 1].startswith("0 │▁".rjust(LABEL + 2))
    assert lines[0].endswith(FULL)
    assert lines[-1].split() == ["step", "25", "1,600"]
    assert max(map(len, lines)) == LABEL + 1 + WIDTH


def test_whether_a_bar_passes_the_threshold_is_seen_exactly() -> None:
    values = np.full(WIDTH, 0.3)
    values[:5] = [1.0, 0.301, 0.3, 0.299, 0.0]
    lines = chart(series(values, threshold=0.3))
    (line,) = [each for each in lines if LINE in each]
    assert line == "0.3 ".rjust(LABEL) + LINE + FULL * 2 + LINE * (WIDTH - 2)


@pytest.mark.parametrize(("threshold", "place"), [(2.0, 0), (-1.0, HEIGHT)])
def test_a_threshold_beyond_all_bars_is_the_first_or_the_last_line(threshold: float, place: int) -> None:
    lines = chart(series(np.linspace(0.0, 1.0, WIDTH), threshold))
    assert lines[place].startswith(f"{threshold:.4g} {LINE}".rjust(LABEL + 1))
    assert len(lines) == HEIGHT + 3


def test_the_window_is_marked_on_the_axis() -> None:
    lines = chart(series(np.ones(WIDTH), since=1200))
    assert lines[-2] == " " * LABEL + "└" + "─" * 48 + WINDOW * 16


def test_many_points_become_means_and_few_are_widened() -> None:
    assert len(chart(series(np.linspace(0, 1, 10 * WIDTH)))[-2]) == LABEL + 1 + WIDTH
    lines = chart(series(np.array([1.0, 0.0, 0.5])))
    assert lines[0] == "1 │".rjust(LABEL + 1) + FULL * 21
    assert len(chart(series(np.array([3.0])))[-2]) == LABEL + 1 + WIDTH
