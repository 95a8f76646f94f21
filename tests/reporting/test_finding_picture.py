"""The picture of a finding, looked at by its colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.records import Finding
from gansearch.reporting.finding_picture import HEIGHT, LIMIT, SERIES, WIDTH, WINDOW, finding_picture
from gansearch.reporting.judged_series import JudgedSeries
from gansearch.reporting.pictures import Pixels

FINDING = Finding("d", "mode_collapse", 5000, 50, "fake_spread", 0.02, 0.03, {}, "Images hardly differ. " * 9, 4000)
STEPS = np.arange(3025.0, 5001.0, 25.0)
CURVE = JudgedSeries("fake_spread", STEPS, np.linspace(0.9, 0.02, len(STEPS)), 0.03, 4000, 5000, is_evaluations=False)


def of_colour(picture: Pixels, colour: str) -> NDArray[np.bool_]:
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=np.uint8)
    return np.asarray((picture == wanted).all(axis=2))


def pixels(picture: Pixels, colour: str) -> int:
    return int(of_colour(picture, colour).sum())


def test_curve_threshold_and_window_are_there() -> None:
    picture = finding_picture("digits-3", FINDING, CURVE)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.dtype == np.uint8
    assert pixels(picture, SERIES) > 500
    assert pixels(picture, LIMIT) > 500
    beside_the_axis = of_colour(picture, WINDOW).sum(axis=0) > 50
    assert 0.45 * WIDTH < int(beside_the_axis.argmax()) < 0.6 * WIDTH  # the window is the second half of the steps


def test_a_threshold_at_the_bottom_shows_above_values_of_zero() -> None:
    """Of a gradient that has vanished, on an axis from 0 to 1.4, it would lie on the values and under them."""
    gone = replace(CURVE, values=np.where(STEPS < 3500, 1.4, 0.0), threshold=1e-5)
    picture = finding_picture("digits-3", FINDING, gone)
    threshold, curve = (np.flatnonzero(of_colour(picture, colour).sum(axis=1) > 200) for colour in (LIMIT, SERIES))
    assert threshold.max() < curve.max() - 20
    beside_zero = finding_picture("digits-3", FINDING, replace(CURVE, values=np.full(len(STEPS), 1e-5), threshold=1e-5))
    assert pixels(beside_zero, LIMIT) > 500  # it lies over the series


def test_the_title_says_whether_the_run_was_stopped() -> None:
    stopped, spared = (finding_picture("digits-3", FINDING, CURVE, is_spared=each) for each in (False, True))
    differ = np.flatnonzero((stopped != spared).any(axis=(1, 2)))
    assert differ.max() < 30  # the first line alone


def test_it_is_the_same_each_time() -> None:
    np.testing.assert_array_equal(finding_picture("a-1", FINDING, CURVE), finding_picture("a-1", FINDING, CURVE))


def test_without_window_and_threshold_there_is_less() -> None:
    bare = replace(CURVE, threshold=None, since_step=None)
    picture = finding_picture("digits-3", replace(FINDING, since_step=None), bare)
    assert pixels(picture, WINDOW) == 0
    assert pixels(picture, LIMIT) == 0


@pytest.mark.parametrize("value", [0.0, 1.0, 1e30, -1e-30])
def test_a_single_evaluation_is_a_dot(value: float) -> None:
    one = JudgedSeries("classes_covered", np.array([5000.0]), np.array([value]), 3.0, 5000, 5000, is_evaluations=True)
    assert pixels(finding_picture("digits-3", FINDING, one), SERIES) > 30
