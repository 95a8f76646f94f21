"""Which numbers a finding's value and threshold are of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.records import Finding
from gansearch.reporting.judged_series import judged_series

STEPS = np.arange(25, 5001, 25)
SIGNALS: dict[str, NDArray[Any]] = {
    "step": STEPS,
    "d_loss": np.linspace(1.4, 0.42, len(STEPS)).astype(np.float32),
    "label_floor": np.full(len(STEPS), 0.4, dtype=np.float32),
    "fake_spread": np.linspace(0.6, 0.01, len(STEPS)).astype(np.float32),
    "real_spread": np.full(len(STEPS), 0.5, dtype=np.float32),
}
EVALUATIONS = {
    "step": np.array([1000.0, 2000.0, 3000.0, 4000.0, 5000.0]),
    "classes_covered": np.array([5.0, 8.0, np.nan, 2.0, 1.0]),
}


def finding(signal: str, value: float, threshold: float, since: int | None = 4700, **evidence: float) -> Finding:
    return Finding("a_detector", "a_kind", 5000, 50, signal, value, threshold, evidence, "A sentence.", since)


def series_of(saw: Finding) -> Any:
    found = judged_series(saw, SIGNALS, EVALUATIONS)
    assert found is not None
    return found


def test_a_signal_is_shown_over_the_last_2000_steps() -> None:
    found = series_of(finding("d_loss", 0.45, 0.5))
    assert (found.label, found.threshold, found.is_evaluations) == ("d_loss", 0.5, False)
    assert (found.steps[0], found.steps[-1]) == (3025, 5000)
    assert (found.since_step, found.step) == (4700, 5000)


def test_a_longer_window_is_shown_whole() -> None:
    assert series_of(finding("d_loss", 1.0, 0.5, since=1000)).steps[0] == 1025


def test_a_loss_is_shown_above_its_floor_where_that_was_judged() -> None:
    found = series_of(finding("d_loss", 0.05, 0.1, label_floor=0.4))
    assert (found.label, found.threshold) == ("d_loss above label_floor", 0.1)
    np.testing.assert_allclose(found.values[-1], 0.02, atol=1e-6)


def test_a_spread_is_shown_as_a_share_of_the_real_one() -> None:
    found = series_of(finding("fake_spread", 0.05, 0.06, fake_spread=0.025, real_spread=0.5))
    assert found.label == "fake_spread / real_spread"
    np.testing.assert_allclose(found.values[-1], 0.02, rtol=1e-5)


def test_a_number_of_something_else_has_no_threshold_here() -> None:
    found = series_of(finding("fake_spread", 17.0, 20.0, real_spread=0.5))
    assert (found.label, found.threshold) == ("fake_spread", None)


def test_evaluations_are_shown_whole_without_what_was_not_measured() -> None:
    found = series_of(finding("classes_covered", 2.0, 3.0, since=3999))
    assert (found.threshold, found.is_evaluations) == (3.0, True)
    np.testing.assert_array_equal(found.steps, [1000, 2000, 4000, 5000])


def test_what_comes_after_the_finding_is_left_out() -> None:
    early = Finding("a_detector", "a_kind", 2000, 20, "classes_covered", 8.0, 9.0, {}, "A sentence.", 999)
    np.testing.assert_array_equal(series_of(early).values, [5.0, 8.0])


def test_a_run_that_went_on_is_followed_further_and_judged_by_the_window() -> None:
    early = Finding("a_detector", "a_kind", 2000, 20, "d_loss", 1.02, 1.1, {}, "A sentence.", 1900)
    later = judged_series(early, SIGNALS, EVALUATIONS, until=4000)
    assert later is not None
    assert (later.steps[-1], later.step, later.threshold) == (4000, 2000, 1.1)
    elsewhere = judged_series(replace(early, value=0.7), SIGNALS, EVALUATIONS, until=4000)
    assert elsewhere is not None
    assert elsewhere.threshold is None  # a value that the series took only afterwards


def test_a_finding_of_an_older_version_has_no_window() -> None:
    found = series_of(finding("d_loss", 0.45, 0.5, since=None))
    assert found.since_step is None
    assert found.threshold == 0.5


def test_numbers_that_are_not_finite_are_left_out_and_have_no_threshold() -> None:
    broken: dict[str, NDArray[Any]] = {"step": STEPS, "d_loss": np.where(STEPS > 4800, np.nan, 1.0)}
    found = judged_series(finding("d_loss", 8.0, 0.0, since=4800), broken, {})
    assert found is not None
    assert found.threshold is None
    assert found.steps[-1] == 4800


@pytest.mark.parametrize("signal", ["nosuch", "never"])
def test_what_is_not_recorded_is_not_shown(signal: str) -> None:
    signals = {**SIGNALS, "never": np.full(len(STEPS), np.nan)}
    assert judged_series(finding(signal, 1.0, 2.0), signals, EVALUATIONS) is None
