"""Thresholds moved over their ranges."""

from __future__ import annotations

import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.detectors import Detector, Policy
from gansearch.dimensions import Float, Int
from gansearch.reporting.calibration.counts import Count
from gansearch.reporting.calibration.thresholds import sweeps, values_over
from gansearch.reporting.calibration.truths import ground_truth
from gansearch.reporting.calibration.walks import Walks


def test_values_over_a_range() -> None:
    assert values_over(Float(0.01, 1.0, log=True), 3) == pytest.approx([0.01, 0.1, 1.0])
    assert values_over(Float(0.0, 1.0), 3) == pytest.approx([0.0, 0.5, 1.0])
    assert values_over(Int(1, 4), 7) == [1.0, 2.0, 3.0, 4.0]


def test_a_share_that_is_too_small_misses_and_one_too_large_kills(
    corpus: list[CorpusRun], policy: Policy, few: Detector
) -> None:
    """One class of 8 or 10 is above .05 of them; a healthy run has at most .8 of them until its eighth epoch."""
    (sweep,) = sweeps(ground_truth(corpus), policy, Walks(), (few,), points=2)
    assert (sweep.detector, sweep.field, sweep.is_log) == ("few", "share", False)
    assert [(point.value, point.is_default) for point in sweep.points] == [(0.05, False), (0.3, True), (0.8, False)]
    assert [point.collapses_stopped for point in sweep.points] == [Count(0, 8), Count(4, 8), Count(8, 8)]
    assert [point.false_kills for point in sweep.points] == [Count(0, 6), Count(0, 6), Count(6, 6)]
