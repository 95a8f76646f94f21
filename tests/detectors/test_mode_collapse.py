from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.detectors import Trace
from gansearch.detectors._columns import counts_classes
from gansearch.detectors.mode_collapse import ModeCollapse
from gansearch.testing.traces import Column, Columns, trace


def of_classes(covered: Column, largest: Column = 0.5, **changes: Column) -> Trace:
    signals = {"g_update_ratio": 0.005, **changes}
    return trace(signals=signals, metrics={"classes_covered": covered, "class_share_largest": largest})


def late(before: float, after: float, evaluations: int) -> NDArray[np.float64]:
    return np.repeat([before, after], [30 - evaluations, evaluations])


def test_fires_when_nine_classes_are_dropped() -> None:
    finding = ModeCollapse().check(of_classes(late(10, 1, 4), late(0.15, 1.0, 4)))
    assert finding is not None
    assert (finding.kind, finding.signal, finding.value, finding.threshold) == (
        "mode_collapse",
        "classes_covered",
        1,
        3,
    )
    assert finding.evidence == {"classes_covered": 1.0, "class_share_largest": 1.0, "classes": 10.0}
    assert finding.sentence == "At the last 4 evaluations samples were of at most 1 of 10 classes (threshold 3)."


def test_fires_when_nearly_all_samples_are_of_one_class() -> None:
    finding = ModeCollapse().check(of_classes(4.0, late(0.5, 0.92, 4)))
    assert finding is not None
    assert (finding.signal, finding.value, finding.threshold) == ("class_share_largest", 0.92, 0.9)
    assert "at least 0.92 of the samples were of one class" in finding.sentence


def test_three_evaluations_are_not_enough() -> None:
    assert ModeCollapse().check(of_classes(late(10, 1, 3))) is None


def test_four_of_ten_classes_are_a_partial_collapse_and_go_on() -> None:
    assert ModeCollapse().check(of_classes(4.0)) is None


@pytest.mark.parametrize(("classes", "most"), [(8, 2), (25, 7), (10, 3)])
def test_the_limit_is_that_of_a_total_collapse(classes: int, most: int) -> None:
    collapsed = trace(classes=classes, metrics={"classes_covered": float(most)})
    partial = trace(classes=classes, metrics={"classes_covered": float(most + 1)})
    assert ModeCollapse().check(collapsed) is not None
    assert ModeCollapse().check(partial) is None


def test_evaluations_within_the_warm_up_do_not_count() -> None:
    early = trace(epochs=11, metrics={"classes_covered": 1.0})
    assert early.steps == 1100  # two evaluations after step 1,000
    assert ModeCollapse().check(early) is None
    assert ModeCollapse().check(replace(trace(metrics={"classes_covered": 1.0}), total_steps=29_000)) is None


def test_a_slow_starter_is_left_alone_until_half_of_the_run() -> None:
    """At a rate of 1e-5 the first thousands of steps look like a collapse; the generator has hardly moved."""
    slow = of_classes(1.0, 1.0, g_update_ratio=3e-4)
    assert ModeCollapse().check(replace(slow, total_steps=2 * slow.steps)) is None
    faster = of_classes(1.0, 1.0, g_update_ratio=3e-3)
    assert ModeCollapse().check(replace(faster, total_steps=2 * slow.steps)) is not None
    finding = ModeCollapse().check(slow)
    assert finding is not None
    assert finding.since_step is not None
    assert finding.since_step + 1 >= 0.5 * slow.total_steps


def test_fires_when_all_images_are_equal() -> None:
    finding = ModeCollapse().check(trace(classes=0, signals={"fake_spread": late_steps(0.45, 1e-6, 300)}))
    assert finding is not None
    assert (finding.signal, finding.threshold) == ("fake_spread", 0.03)
    assert finding.value == pytest.approx(1e-6 / 0.6, rel=1e-5)
    assert "1.67e-06 of what real ones do" in finding.sentence


def test_images_that_differ_little_at_first_are_no_collapse() -> None:
    assert ModeCollapse().check(trace(epochs=5, signals={"fake_spread": 1e-6})) is None
    slow = trace(epochs=10, classes=0, signals={"fake_spread": 1e-6, "g_update_ratio": 3e-4})
    assert ModeCollapse().check(slow) is None


def test_spread_is_measured_against_real_images() -> None:
    assert ModeCollapse().check(trace(signals={"fake_spread": 0.01, "real_spread": 0.02})) is None


def test_without_the_generators_way_steps_decide() -> None:
    assert ModeCollapse().check(of_classes(1.0, 1.0, g_update_ratio=None)) is not None


@pytest.mark.parametrize(("classes", "counts"), [(0, False), (1, True), (50, True), (51, False), (1000, False)])
def test_so_many_classes_can_be_counted(classes: int, counts: bool) -> None:
    assert counts_classes(trace(classes=classes)) is counts


def test_of_a_thousand_classes_none_has_a_share_that_counts() -> None:
    """Of samples that are even over 1,000 classes no class has 1 %: that is no collapse."""
    assert ModeCollapse().check(trace(classes=1000, metrics={"classes_covered": 0.0})) is None
    alike = trace(classes=1000, metrics={"classes_covered": 0.0, "sample_spread": late(0.9, 0.05, 4)})
    finding = ModeCollapse().check(alike)
    assert finding is not None
    assert finding.signal == "sample_spread"


@pytest.mark.parametrize(("signal", "value"), [("sample_spread", 0.1), ("effective_rank", 0.1)])
def test_fires_when_samples_without_classes_are_alike(signal: str, value: float) -> None:
    finding = ModeCollapse().check(trace(classes=0, metrics={signal: late(0.9, value, 4)}))
    assert finding is not None
    assert (finding.signal, finding.value, finding.threshold) == (signal, value, 0.1)
    assert finding.since_step == 2699
    assert f"at most {value:.3g} of" in finding.sentence
    assert ModeCollapse().check(trace(classes=0, metrics={signal: late(0.9, value + 0.001, 4)})) is None
    assert ModeCollapse().check(trace(classes=0, metrics={signal: late(0.9, value, 3)})) is None
    assert ModeCollapse().check(trace(classes=0, epochs=11, metrics={signal: value})) is None


def test_alike_samples_of_classes_that_are_counted_are_left_to_the_classes() -> None:
    assert ModeCollapse().check(trace(metrics={"sample_spread": 0.05, "effective_rank": 0.05})) is None


def test_fires_when_scores_and_images_without_classes_are_alike() -> None:
    columns = {"fake_score_spread": late_steps(0.9, 0.08, 300), "fake_spread": late_steps(0.45, 0.17, 300)}
    finding = ModeCollapse().check(trace(classes=0, signals=columns))
    assert finding is not None
    assert (finding.signal, finding.threshold, finding.since_step) == ("fake_score_spread", 0.1, 2700)
    assert finding.value == pytest.approx(0.08 / 0.9)
    assert finding.evidence == pytest.approx(
        {"fake_score_spread": 0.08, "real_score_spread": 0.9, "fake_spread": 0.17, "real_spread": 0.6}
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"fake_score_spread": 0.091},
        {"fake_spread": 0.181},
        {"fake_score_spread": None},
        {"real_score_spread": None},
        {"real_score_spread": 0.0},
        {"fake_spread": None},
        {"g_update_ratio": 1e-5},
    ],
)
def test_alike_scores_alone_are_no_collapse(changes: Columns) -> None:
    """A discriminator that wins gives all generated images one score, however they differ."""
    columns = {"fake_score_spread": 0.089, "fake_spread": 0.179, **changes}
    assert ModeCollapse().check(trace(classes=0, signals=columns)) is None


def test_conditional_runs_go_on() -> None:
    """One image for each of ten classes has a third of the rank, and its scores may be alike: all are covered."""
    conditional = trace(signals={"fake_score_spread": 0.01}, metrics={"effective_rank": 0.3, "sample_spread": 0.9})
    assert ModeCollapse().check(conditional) is None


def test_records_without_what_came_later_are_borne() -> None:
    later = dict.fromkeys(("sample_spread", "effective_rank"))
    signals = dict.fromkeys(("fake_score_spread", "real_score_spread"))
    assert ModeCollapse().check(trace(classes=0, signals=signals, metrics=later)) is None


def late_steps(before: float, after: float, steps: int) -> NDArray[np.float64]:
    return np.repeat([before, after], [3000 - steps, steps])
