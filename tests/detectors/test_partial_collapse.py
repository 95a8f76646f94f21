from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.detectors import Policy, Trace
from gansearch.detectors.mode_collapse import ModeCollapse
from gansearch.detectors.partial_collapse import PartialCollapse
from gansearch.testing.traces import Column, Columns, trace

ALIKE: Columns = {"effective_rank": 0.3, "sample_spread": 0.9, "coverage": 0.05}


def late(before: float, after: float, evaluations: int) -> NDArray[np.float64]:
    return np.repeat([before, after], [30 - evaluations, evaluations])


def of_classes(covered: Column, largest: Column = 0.2, *, classes: int = 10, **signals: Column) -> Trace:
    metrics = {"classes_covered": covered, "class_share_largest": largest}
    return trace(classes=classes, signals=signals, metrics=metrics)


def test_fires_when_classes_are_lost() -> None:
    finding = PartialCollapse().check(of_classes(late(10, 6, 5)))
    assert finding is not None
    assert (finding.kind, finding.signal, finding.value) == ("partial_collapse", "classes_covered", 6)
    assert finding.threshold == pytest.approx(8.8)
    assert finding.since_step == 2599
    assert finding.evidence == {"classes_covered": 6.0, "class_share_largest": 0.2, "classes": 10.0}
    assert "at most 6 of 10 classes" in finding.sentence
    assert PartialCollapse().check(of_classes(late(10, 6, 4))) is None


@pytest.mark.parametrize(
    ("classes", "least", "most"), [(10, 4, 8), (8, 3, 7), (25, 8, 22), (50, 16, 44)]
)  # the definitions of EXPERIMENTS.md, for 10, 8 and 25
def test_the_limits_are_those_of_the_definitions(classes: int, least: int, most: int) -> None:
    for covered, fires in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
        largest = min(2 / classes, 0.2)
        found = PartialCollapse().check(of_classes(float(covered), largest, classes=classes))
        assert (found is not None) is fires, covered


@pytest.mark.parametrize(("classes", "least"), [(10, 0.4), (8, 0.5), (25, 0.16)])
def test_fires_when_one_class_prevails(classes: int, least: float) -> None:
    finding = PartialCollapse().check(of_classes(float(classes), least, classes=classes))
    assert finding is not None
    assert (finding.signal, finding.value, finding.threshold) == ("class_share_largest", least, least)
    assert PartialCollapse().check(of_classes(float(classes), least - 0.001, classes=classes)) is None
    assert PartialCollapse().check(of_classes(float(classes), 0.9, classes=classes)) is None


def test_a_total_collapse_is_another_kind() -> None:
    total = of_classes(late(10, 1, 8), late(0.15, 1.0, 8))
    assert ModeCollapse().check(total) is not None
    assert PartialCollapse().check(total) is None


def test_a_run_between_partial_and_total_is_partial() -> None:
    hops = np.tile([3.0, 4.0], 15)
    assert ModeCollapse().check(of_classes(hops)) is None
    assert PartialCollapse().check(of_classes(hops)) is not None


def test_evaluations_within_the_warm_up_do_not_count() -> None:
    growing = trace(epochs=23, metrics={"classes_covered": 6.0})
    assert growing.steps == 2300  # four evaluations from step 2,000 on
    assert PartialCollapse().check(growing) is None
    assert PartialCollapse().check(trace(epochs=24, metrics={"classes_covered": 6.0})) is not None
    assert PartialCollapse().check(replace(of_classes(6.0), total_steps=10_401)) is None
    assert PartialCollapse().check(replace(of_classes(6.0), total_steps=10_400)) is not None


def test_a_slow_starter_is_left_alone_until_half_of_the_run_unless_it_has_lost_classes() -> None:
    def half_way(covered: Column, ratio: float) -> Trace:
        run = of_classes(covered, g_update_ratio=ratio)
        return replace(run, total_steps=2 * run.steps)

    assert PartialCollapse().check(half_way(6.0, 1e-3)) is None
    assert PartialCollapse().check(half_way(6.0, 2e-3)) is not None
    assert PartialCollapse().check(half_way(late(10, 6, 5), 1e-3)) is not None
    assert PartialCollapse().check(half_way(late(8, 6, 5), 1e-3)) is None
    assert PartialCollapse().check(of_classes(6.0, g_update_ratio=1e-3)) is not None


@pytest.mark.parametrize(
    ("changes", "signal"),
    [
        ({}, "effective_rank"),
        ({"effective_rank": 0.4}, "effective_rank"),
        ({"effective_rank": 0.41}, None),
        ({"effective_rank": 0.1}, None),
        ({"effective_rank": 0.9, "sample_spread": 0.5}, "sample_spread"),
        ({"effective_rank": 0.9, "sample_spread": 0.51}, None),
        ({"effective_rank": 0.9, "sample_spread": 0.1}, None),
        ({"coverage": 0.11}, None),
        ({"coverage": None}, None),
        ({"effective_rank": None}, None),
        ({"sample_spread": None}, None),
    ],
)
def test_without_classes_rank_and_spread_decide(changes: Columns, signal: str | None) -> None:
    finding = PartialCollapse().check(trace(classes=0, metrics={**ALIKE, **changes}))
    assert (None if finding is None else finding.signal) == signal
    assert finding is None or set(finding.evidence) == set(ALIKE)


def test_of_a_thousand_classes_rank_and_spread_decide() -> None:
    columns = {"classes_covered": 0.0, "class_share_largest": 0.01}
    assert PartialCollapse().check(trace(classes=1000, metrics=columns)) is None
    assert PartialCollapse().check(trace(classes=1000, metrics={**columns, **ALIKE})) is not None


def test_missing_columns_are_borne() -> None:
    assert PartialCollapse().check(of_classes(None, None)) is None
    assert PartialCollapse().check(of_classes(6.0, None)) is not None
    assert PartialCollapse().check(of_classes(None, 0.5)) is not None
    assert PartialCollapse().check(of_classes(6.0, g_update_ratio=None)) is not None


def test_outcomes_are_never_read() -> None:
    collapsed = {"outcome_classes_covered": 5.0, "outcome_share_largest": 0.6}
    assert PartialCollapse().check(trace(metrics=collapsed)) is None


def test_it_stops_nothing_unless_it_is_asked_to() -> None:
    lost = of_classes(late(10, 6, 5))
    verdict = Policy("enforce", 0.0, 1, (PartialCollapse(),)).decide(lost, ())
    assert len(verdict.findings) == 1
    assert verdict.stop is None
    asked = Policy("enforce", 0.0, 1, (PartialCollapse(),), kinds={"partial_collapse": "enforce"})
    assert asked.decide(lost, ()).stop is not None
