"""What is said of a run after the moment at which it would have been stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gansearch.curves import Curve
from gansearch.records import Evaluation, Finding, MetricValue, Protocol
from gansearch.reporting.aftermath import afterwards
from gansearch.reporting.judged_series import JudgedSeries
from gansearch.space.plan import Objective

PROTOCOL = Protocol("points", "", 1000, 1000, "test")
FINDING = Finding("frozen", "generator_frozen", 200, 2, "g_grad_norm", 0.0, 1e-5, {}, "It stands still.", 100)
OBJECTIVE = Objective("frechet_distance")
Made = Callable[..., Any]


def judged(*values: float, threshold: float | None = 1e-5) -> JudgedSeries:
    """Of windows of 100 steps."""
    steps = 100.0 * np.arange(1, len(values) + 1, dtype=np.float64)
    return JudgedSeries("g_grad_norm", steps, np.array(values), threshold, 100, 200, is_evaluations=False)


@pytest.fixture
def measured(make_trial: Made) -> Made:
    """A run with this objective at steps 100, 200 and so on."""

    def make(*values: float) -> Any:
        curve = Curve(
            evaluations=[
                Evaluation(100 * n, n, "live", False, (MetricValue("frechet_distance", value, PROTOCOL),), 0.1)
                for n, value in enumerate(values, 1)
            ]
        )
        return replace(make_trial(0), curve=curve)

    return make


def test_the_judged_numbers_and_the_objective_are_followed_to_the_end(measured: Made) -> None:
    assert list(afterwards(measured(9.0, 8.0, 7.0, 4.0), FINDING, judged(1.0, 0.0, 0.25, 2e-6, 0.5), OBJECTIVE)) == [
        "Later its g_grad_norm lay between 2e-06 and 0.5, at last it was 0.5 (threshold 1e-05).",
        "Its frechet_distance was 8 at epoch 2, 4 at epoch 4.",
    ]


def test_what_never_changes_is_told_once(measured: Made) -> None:
    (said,) = afterwards(measured(9.0), FINDING, judged(1.0, 0.0, 0.0, 0.0, threshold=None), OBJECTIVE)
    assert said == "Later its g_grad_norm was 0."


def test_of_a_run_that_has_come_no_further_nothing_is_said(measured: Made) -> None:
    assert list(afterwards(measured(9.0, 8.0), FINDING, judged(1.0, 0.0), OBJECTIVE)) == []
    assert list(afterwards(measured(), FINDING, None, OBJECTIVE)) == []


def test_without_an_evaluation_before_it_only_the_last_is_told(measured: Made) -> None:
    early = Finding("frozen", "generator_frozen", 50, 1, "g_grad_norm", 0.0, 1e-5, {}, "It stands still.", 0)
    assert list(afterwards(measured(9.0, 8.0), early, None, OBJECTIVE)) == ["Its frechet_distance was 8 at epoch 2."]
