"""What a plan's comparisons can show."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gansearch.reporting.effects.power import Noise, smallest_gain
from gansearch.reporting.previews.detectable import detectable
from gansearch.reporting.previews.likeness import DEFAULT_SPREAD
from gansearch.reporting.previews.planned_runs import PlannedRuns

ARMS = PlannedRuns("arms", 41, 8, 20, 340, (20, 20), 4.0, "grid", "none", (), {})


def test_alone_and_after_holm_s_correction() -> None:
    alone, corrected = detectable(ARMS, DEFAULT_SPREAD)
    assert (alone.runs, alone.baseline_runs, alone.comparisons, corrected.comparisons) == (8, 20, 1, 40)
    known = Noise(DEFAULT_SPREAD.deviation, 8, 20, is_paired=False)
    assert alone.ratio == pytest.approx(math.exp(-smallest_gain(known, -math.log(0.9))), abs=1e-12)
    assert corrected.ratio is not None
    assert alone.ratio is not None
    assert corrected.ratio < alone.ratio < 0.9
    assert alone.rate_points is not None
    assert 30 < alone.rate_points < 75


def test_more_comparisons_than_a_test_can_be_corrected_for() -> None:
    (_, corrected) = detectable(replace(ARMS, configurations=1001), DEFAULT_SPREAD)
    assert corrected.ratio is None


def test_too_few_runs_show_nothing() -> None:
    assert detectable(replace(ARMS, replicates=7), DEFAULT_SPREAD) == ()


def test_of_a_search_a_confirmation() -> None:
    (found,) = detectable(replace(ARMS, kind="search", baseline_replicates=None, replicates=1), DEFAULT_SPREAD)
    assert (found.runs, found.baseline_runs, found.comparisons) == (8, 20, 1)
    assert "confirmed on fresh seeds" in found.what
