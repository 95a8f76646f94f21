from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gansearch.curves import Curve
from gansearch.curves.difference import EVALUATION, STEPS, first_difference, up_to
from gansearch.records import Evaluation, MetricValue, Protocol

PROTOCOL = Protocol("points", "", 1000, 1000, "test")


def evaluation(step: int, value: float, *, name: str = "coverage", final: bool = False) -> Evaluation:
    return Evaluation(step, step // 10, "live", final, (MetricValue(name, value, PROTOCOL),), cost_s=step / 7)


def curve(steps: int = 20) -> Curve:
    columns = {"d_loss": np.arange(steps, dtype=np.float32), "g_loss": np.ones(steps, dtype=np.float32)}
    return Curve(signals=columns, evaluations=[evaluation(10, 0.5), evaluation(20, 0.75)])


def test_equal_curves_differ_in_nothing_whatever_they_cost() -> None:
    again = curve()
    again.evaluations = [replace(done, cost_s=9.0) for done in again.evaluations]
    assert first_difference(curve(), again) is None


def test_not_a_number_equals_itself_and_nothing_else() -> None:
    one, other = curve(), curve()
    for each in (one, other):
        each.signals["g_loss"][3] = np.nan
        each.evaluations[0] = evaluation(10, math.nan)
    assert first_difference(one, other) is None
    other.signals["g_loss"][3] = 1.0
    found = first_difference(one, other)
    assert found is not None
    assert (found.name, found.step, found.again) == ("g_loss", 4, 1.0)
    assert math.isnan(found.largest)


def test_the_first_step_counts_and_the_largest_gap_is_told() -> None:
    again = curve()
    again.signals["g_loss"][[11, 15]] = [1.5, 4.0]
    again.signals["d_loss"][12] = 0.0
    found = first_difference(curve(), again)
    assert found is not None
    assert (found.name, found.step, found.recorded, found.again, found.largest) == ("g_loss", 12, 1.0, 1.5, 3.0)
    assert str(found) == "signal g_loss at step 12: 1 recorded, 1.5 again; largest difference 3"


def test_a_single_bit_is_a_difference() -> None:
    again = curve()
    again.signals["g_loss"][0] = np.nextafter(np.float32(1), np.float32(2))
    assert first_difference(curve(), again) is not None
    zero, minus = curve(), curve()
    minus.signals["d_loss"][0] = -0.0
    found = first_difference(zero, minus)
    assert found is not None
    assert (found.name, found.largest) == ("d_loss", 0.0)


def test_a_longer_curve_differs_after_the_end_of_the_other() -> None:
    found = first_difference(curve(20), curve(30))
    assert found is not None
    assert (found.name, found.step, found.recorded, found.again) == (STEPS, 21, 20, 30)


def test_a_signal_that_one_lacks_is_a_difference() -> None:
    again = curve()
    del again.signals["g_loss"]
    found = first_difference(curve(), again)
    assert found is not None
    assert (found.name, found.step, found.recorded) == ("g_loss", 1, 1.0)


def test_a_metric_a_protocol_and_a_missing_evaluation_are_differences() -> None:
    again = curve()
    again.evaluations[1] = evaluation(20, 0.5)
    found = first_difference(curve(), again)
    assert found is not None
    assert (found.name, found.step, found.largest, found.is_metric) == ("coverage (live)", 20, 0.25, True)

    other = replace(PROTOCOL, samples=10_000)
    again.evaluations[1] = replace(evaluation(20, 0.75), metrics=(MetricValue("coverage", 0.75, other),))
    found = first_difference(curve(), again)
    assert found is not None
    assert (found.name, found.largest) == ("coverage (live)", 0.0)

    again.evaluations.pop(0)
    found = first_difference(curve(), again)
    assert found is not None
    assert (found.name, found.step, found.recorded, found.again) == (EVALUATION, 10, 1.0, None)
    assert "evaluation at step 10: 1 recorded, nothing again" in str(found)


def test_evaluations_of_the_end_are_compared_where_both_have_one() -> None:
    measured, again = curve(), curve()
    measured.evaluations.append(evaluation(20, 0.9, final=True))
    assert first_difference(measured, again) is None
    again.evaluations.append(evaluation(20, 0.8, final=True))
    found = first_difference(measured, again)
    assert found is not None
    assert (found.recorded, found.again) == (0.9, 0.8)


def test_a_curve_up_to_a_step() -> None:
    short = up_to(curve(), 15)
    assert (short.steps, [done.step for done in short.evaluations]) == (15, [10])
    assert curve().steps == 20
