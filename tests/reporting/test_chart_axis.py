"""The upright axis of a chart."""

from __future__ import annotations

import numpy as np
import pytest

from gansearch.reporting.chart_axis import ChartAxis


def test_the_threshold_has_a_place_too() -> None:
    axis = ChartAxis.of(np.array([1.0, 3.0]), 5.0)
    assert (axis.low, axis.high, axis.is_log) == (1.0, 5.0, False)
    np.testing.assert_allclose(axis.place(np.array([1.0, 3.0, 5.0, 9.0])), [0.0, 0.5, 1.0, 1.0])


def test_values_that_spread_far_are_shown_by_their_logarithm() -> None:
    axis = ChartAxis.of(np.array([1e-4, 1.0]), None)
    assert axis.is_log
    np.testing.assert_allclose(axis.place(np.array([1e-4, 1e-2, 1.0])), [0.0, 0.5, 1.0])
    assert not ChartAxis.of(np.array([0.0, 1.0, 1000.0]), None).is_log


@pytest.mark.parametrize("value", [0.0, 4.0, -4.0])
def test_one_value_stands_in_the_middle(value: float) -> None:
    axis = ChartAxis.of(np.array([value, value]), None)
    np.testing.assert_allclose(axis.place(np.array([value])), [0.5])
