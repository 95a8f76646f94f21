from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.detectors.windows import first_non_finite, window_ends, windowed
from gansearch.records import MEASURE_EVERY
from gansearch.testing.traces import trace


def column(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("steps", "per_epoch", "ends"),
    [
        (0, 100, []),
        (100, 100, [25, 50, 75, 100]),
        (78, 39, [20, 39, 59, 78]),
        (30, 10, [10, 20, 30]),
        (3, 1, [1, 2, 3]),
        (60, 100, [25, 50, 60]),
        (50, 100, [25, 50]),
        (110, 100, [25, 50, 75, 100, 110]),
    ],
)
def test_windows_are_of_about_25_steps_and_never_cross_the_end_of_an_epoch(
    steps: int, per_epoch: int, ends: list[int]
) -> None:
    assert window_ends(steps, per_epoch).tolist() == ends


@pytest.mark.parametrize("per_epoch", [1, 7, 25, 39, 78, 100, 125, 469])
def test_windows_of_an_epoch_are_the_same_however_long_the_run(per_epoch: int) -> None:
    whole = window_ends(5 * per_epoch, per_epoch).tolist()
    for epochs in range(1, 6):
        assert window_ends(epochs * per_epoch, per_epoch).tolist() == whole[: epochs * len(whole) // 5]


def test_a_signal_is_its_mean_over_each_window() -> None:
    values = np.arange(40, dtype=np.float32)
    means = windowed({"d_loss": values}, window_ends(40, 20), 20)
    np.testing.assert_allclose(means["d_loss"], [9.5, 29.5])
    assert means["d_loss"].dtype == np.float32


def test_what_is_not_finite_stays_in_its_window() -> None:
    values = np.ones(40, np.float32)
    values[25] = np.nan
    means = windowed({"d_loss": values}, window_ends(40, 20), 20)["d_loss"]
    assert means[0] == 1
    assert np.isnan(means[1])


def test_a_sum_beyond_float32_is_no_infinity() -> None:
    values = np.full(20, 3e38, np.float32)
    means = windowed({"d_loss": values}, window_ends(20, 20), 20)["d_loss"]
    np.testing.assert_allclose(means, [3e38], rtol=1e-6)


def test_masked_steps_and_those_that_may_hold_their_measurements_do_not_count() -> None:
    values, mask = np.ones(60, np.float32), np.zeros(60, np.float32)
    values[:MEASURE_EVERY] = 100.0
    mask[3] = 1.0
    means = windowed({"d_loss": values, "label_flip_phase.active": mask}, window_ends(60, 60), 60)
    assert means["d_loss"].tolist() == [1.0, 1.0]
    np.testing.assert_allclose(means["label_flip_phase.active"], [1 / 30, 0.0])


def test_measurements_begin_anew_with_each_epoch() -> None:
    mask = np.zeros(30, np.float32)
    mask[15] = 1.0  # the first step of the second epoch, whose first measurement holds for ten steps
    values = np.arange(30, dtype=np.float32)
    means = windowed({"g_loss": values, "a.active": mask}, window_ends(30, 15), 15)
    np.testing.assert_allclose(means["g_loss"], [np.mean(values[:15]), np.mean(values[25:])])


def test_a_window_that_is_masked_whole_is_not_a_number() -> None:
    mask = np.repeat(column(1.0, 0.0), 20)
    means = windowed({"d_loss": np.ones(40, np.float32), "a.active": mask}, window_ends(40, 20), 20)
    assert np.isnan(means["d_loss"][0])
    assert means["d_loss"][1] == 1
    assert means["a.active"].tolist() == [1.0, 0.0]


def test_several_masks_hide_what_any_hides() -> None:
    one, other = (np.repeat(column(*which), 20) for which in ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)))
    means = windowed({"d_loss": np.ones(60, np.float32), "a.active": one, "b.active": other}, window_ends(60, 20), 20)
    assert np.isnan(means["d_loss"]).tolist() == [True, False, True]


def test_no_steps_are_no_windows() -> None:
    assert windowed({"d_loss": column()}, window_ends(0, 20), 20)["d_loss"].tolist() == []


def test_the_first_step_that_is_not_finite() -> None:
    found = first_non_finite({"a": column(1, 2), "b": column(1, np.nan, np.inf), "c": column(-np.inf, 1)})
    assert found == {"b": 2, "c": 1}


def test_a_trace_cut_short_is_the_trace_of_a_shorter_run() -> None:
    rng = np.random.default_rng(1)
    signals = {"d_loss": rng.normal(size=390).astype(np.float32), "a.active": np.zeros(390, np.float32)}
    signals["a.active"][100:130] = 1
    signals["d_loss"][300] = np.inf
    whole = trace(epochs=10, steps_per_epoch=39, signals=signals)
    for epochs in (1, 3, 8, 10):
        cut = whole.until(39 * epochs)
        short = {name: values[: 39 * epochs] for name, values in signals.items()}
        alone = trace(epochs=epochs, steps_per_epoch=39, signals=short)
        assert (cut.steps, cut.epoch, cut.non_finite) == (39 * epochs, epochs, alone.non_finite)
        np.testing.assert_array_equal(cut.window_ends, alone.window_ends)
        for name, values in alone.signals.items():
            np.testing.assert_array_equal(cut.signals[name], values)
        assert len(cut.evaluations["step"]) == epochs
