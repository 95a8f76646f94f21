"""The picture of a finding, looked at by its colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gansearch.records import Finding
from gansearch.reporting.chart_axis import ChartAxis
from gansearch.reporting.finding_picture import HEIGHT, LIMIT, SERIES, WIDTH, WINDOW, finding_picture, nice, ticks
from gansearch.reporting.judged_series import JudgedSeries
from gansearch.reporting.pictures import Pixels

FINDING = Finding("d", "mode_collapse", 5000, 50, "fake_spread", 0.02, 0.03, {}, "Images hardly differ. " * 9, 4000)
STEPS = np.arange(3025.0, 5001.0, 25.0)
CURVE = JudgedSeries("fake_spread", STEPS, np.linspace(0.9, 0.02, len(STEPS)), 0.03, 4000, 5000, is_evaluations=False)


def pixels(picture: Pixels, colour: tuple[int, int, int]) -> int:
    return int((picture == np.array(colour, dtype=np.uint8)).all(axis=2).sum())


def test_curve_threshold_and_window_are_there() -> None:
    picture = finding_picture("digits-3", FINDING, CURVE)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.dtype == np.uint8
    assert pixels(picture, SERIES) > 500
    assert pixels(picture, LIMIT) > 500
    shaded = (picture == np.array(WINDOW, dtype=np.uint8)).all(axis=2)
    left = int(shaded.any(axis=0).argmax())
    assert 480 < left < 530  # the window is the second half of the steps


def test_it_is_the_same_each_time() -> None:
    np.testing.assert_array_equal(finding_picture("a-1", FINDING, CURVE), finding_picture("a-1", FINDING, CURVE))


def test_without_window_and_threshold_there_is_less() -> None:
    bare = replace(CURVE, threshold=None, since_step=None)
    picture = finding_picture("digits-3", replace(FINDING, since_step=None), bare)
    assert pixels(picture, WINDOW) == 0
    assert pixels(picture, LIMIT) < 500


@pytest.mark.parametrize("value", [0.0, 1.0, 1e30, -1e-30])
def test_a_single_evaluation_is_a_dot(value: float) -> None:
    one = JudgedSeries("classes_covered", np.array([5000.0]), np.array([value]), 3.0, 5000, 5000, is_evaluations=True)
    assert pixels(finding_picture("digits-3", FINDING, one), SERIES) > 30


def test_ticks_are_round() -> None:
    assert nice(0.0, 10.0) == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert nice(3025.0, 5000.0) == [3500.0, 4000.0, 4500.0, 5000.0]
    assert ticks(ChartAxis(0.0, 1e-7, is_log=False)) == pytest.approx([0.0, 2e-8, 4e-8, 6e-8, 8e-8, 1e-7])
    assert ticks(ChartAxis(0.02, 30.0, is_log=True)) == pytest.approx([0.1, 1.0, 10.0])
    assert ticks(ChartAxis(2.0, 90.0, is_log=True)) == [2.0, 90.0]
