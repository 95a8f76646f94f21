from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gansearch.detectors import Trace
from gansearch.detectors._columns import way
from gansearch.detectors.stagnation import Stagnation
from gansearch.testing.traces import Column, Columns, trace

POOR: Columns = {"classes_covered": 4.0, "coverage": 0.01}
PLATEAU = np.concatenate([np.linspace(900, 600, 10), np.full(50, 600.0)])


def run(distance: Column, classes: int = 10, signals: Columns | None = None, **metrics: Column) -> Trace:
    return trace(epochs=60, classes=classes, signals=signals, metrics={**POOR, **metrics, "frechet_distance": distance})


def test_fires_on_a_poor_plateau() -> None:
    finding = Stagnation().check(run(PLATEAU))
    assert finding is not None
    assert (finding.kind, finding.signal) == ("stagnation", "frechet_distance")
    assert finding.value == pytest.approx(600)
    assert finding.threshold == pytest.approx(0.98 * finding.evidence["best_before"])
    assert finding.evidence["classes_covered"] == 4
    assert "was 600 at best over the last 30 evaluations" in finding.sentence


def test_fires_when_a_run_gets_worse() -> None:
    assert Stagnation().check(run(np.linspace(300, 900, 60))) is not None


def test_a_converged_good_run_goes_on() -> None:
    assert Stagnation().check(run(PLATEAU, classes_covered=10.0, coverage=0.4)) is None


def test_many_classes_without_coverage_are_poor() -> None:
    finding = Stagnation().check(run(PLATEAU, classes_covered=10.0, coverage=0.01))
    assert finding is not None
    assert finding.evidence["coverage"] == 0.01


def test_a_run_that_still_gains_goes_on() -> None:
    assert Stagnation().check(run(np.geomspace(900, 700, 60))) is None


def test_noise_is_no_gain() -> None:
    noisy = PLATEAU + 5 * np.cos(np.arange(60) * 2.0)
    assert Stagnation().check(run(noisy)) is not None


def test_a_slow_starter_is_left_alone() -> None:
    assert Stagnation().check(run(PLATEAU, signals={"g_update_ratio": 3e-4})) is None


def test_waits_for_its_patience() -> None:
    short = trace(epochs=30, metrics={**POOR, "frechet_distance": 600.0})
    assert Stagnation().check(short) is None
    assert Stagnation(patience_steps=500, patience_travel=1.0).check(short) is not None


def test_without_classes_and_coverage_the_first_distance_decides() -> None:
    far = run(PLATEAU, classes=0, classes_covered=None, coverage=None)
    near = run(PLATEAU - 400, classes=0, classes_covered=None, coverage=None)
    assert Stagnation().check(far) is not None
    assert Stagnation().check(near) is None


def test_of_a_thousand_classes_the_coverage_decides() -> None:
    """No class of a thousand has the share that counts as covered."""
    assert Stagnation().check(run(PLATEAU, 1000, classes_covered=0.0, coverage=0.4)) is None
    assert Stagnation().check(run(PLATEAU, 1000, classes_covered=0.0, coverage=0.01)) is not None


@pytest.mark.parametrize(
    ("changes", "evaluations"),
    [
        ({"patience_steps": 1000, "patience_travel": 1.0}, 10),
        ({"patience_steps": 1001, "patience_travel": 1.0}, 11),
        ({"patience_steps": 100, "patience_travel": 1.0}, 8),
        ({"patience_steps": 100, "patience_travel": 5.4}, 11),
    ],
)
def test_the_longest_of_three_patiences_decides(changes: dict[str, Any], evaluations: int) -> None:
    """With 100 steps and half a norm of way between evaluations."""
    finding = Stagnation(**changes).check(run(PLATEAU))
    assert finding is not None
    assert finding.evidence["evaluations"] == evaluations
    assert finding.since_step == 6000 - 100 * evaluations


def test_without_the_generators_way_steps_decide() -> None:
    finding = Stagnation().check(run(PLATEAU, signals={"g_update_ratio": None}))
    assert finding is not None
    assert finding.evidence["evaluations"] == 30


def test_the_way_is_the_sum_of_the_updates() -> None:
    ratios = np.concatenate([np.full(100, 0.01), np.full(100, 0.02), np.full(100, np.nan), np.full(100, 0.03)])
    walked = way(trace(epochs=4, signals={"g_update_ratio": ratios}))
    np.testing.assert_allclose(walked[[3, 7, 11, 15]], [1, 3, 3, 6], rtol=1e-6)
    assert len(way(trace(epochs=0))) == 0
