from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.detectors.non_finite import NonFinite
from gansearch.testing.traces import HEALTHY_SIGNALS, trace


def at_step(signal: str, step: int, value: float) -> NDArray[np.float64]:
    column = np.full(3000, HEALTHY_SIGNALS[signal])
    column[step - 1 :] = value
    return column


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_fires_at_the_first_bad_step(value: float) -> None:
    finding = NonFinite().check(trace(signals={"g_loss": at_step("g_loss", 2990, value)}))
    assert finding is not None
    assert (finding.kind, finding.signal, finding.value, finding.threshold) == ("diverged", "g_loss", 1.0, 0.0)
    assert finding.evidence == {"first_step": 2990.0, "last_finite_value": 1.0}
    assert finding.sentence == "g_loss was no finite number from step 2990 on (1 non-finite windows so far)."


def test_names_the_signal_that_went_first() -> None:
    signals = {"d_loss": at_step("d_loss", 3000, np.nan), "g_grad_norm": at_step("g_grad_norm", 2999, np.inf)}
    finding = NonFinite().check(trace(signals=signals))
    assert finding is not None
    assert finding.signal == "g_grad_norm"


def test_sees_a_metric_that_is_nan() -> None:
    coverage = np.full(30, 0.3)
    coverage[20] = np.nan
    finding = NonFinite().check(trace(metrics={"coverage": coverage}))
    assert finding is not None
    assert (finding.signal, finding.value, finding.evidence["first_step"]) == ("coverage", 1.0, 2100.0)


def test_a_loss_without_a_floor_is_not_diverged() -> None:
    assert NonFinite().check(trace(signals={"label_floor": np.nan}, is_probability_loss=False)) is None


def test_a_large_number_is_a_number() -> None:
    assert NonFinite().check(trace(signals={"d_loss": 1e30})) is None
