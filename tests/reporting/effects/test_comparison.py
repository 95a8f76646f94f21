"""An arm against the baseline: what is said, and what is not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gansearch.reporting.effects.comparison import compare
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.permutation import LEAN, Precision
from gansearch.reporting.effects.sample import ArmRun, ArmSample
from gansearch.reporting.effects.verdicts import Claim, Verdict, judge
from tests.reporting.effects.arms import DISTANCE, arm, drawn, values

FEW = Precision(permutations=999, bootstraps=999)


def test_a_better_arm() -> None:
    rng = np.random.default_rng(0)
    baseline, other = drawn("b", rng, 20, spread=0.1), drawn("a", rng, 8, ratio=0.7, spread=0.1)
    found = compare(DISTANCE, baseline, other, FEW)
    ratio = np.exp(np.log(values(other)).mean() - np.log(values(baseline)).mean())
    assert found.value == pytest.approx(ratio, rel=1e-12)
    assert found.value == pytest.approx(found.arm.level / found.baseline.level, rel=1e-12)  # type: ignore[operator]
    assert found.value is not None
    assert found.interval is not None
    assert found.inner is not None
    assert found.interval.low < found.inner.low < found.value < found.inner.high < found.interval.high
    assert (found.p, found.smallest_p, found.is_exact, found.is_paired) == (0.001, 0.001, False, False)
    assert (found.baseline.n, found.arm.n, found.shared, found.missing) == (20, 8, 8, 0)
    assert found.counts
    assert judge(found, Claim.BETTER, found.p) is Verdict.SUPPORTED


def test_swapped_arms_swap_the_effect() -> None:
    rng = np.random.default_rng(1)
    one, other = drawn("b", rng, 8), drawn("a", rng, 8, ratio=0.8)
    there, back = compare(DISTANCE, one, other, FEW), compare(DISTANCE, other, one, FEW)
    assert there.gain == pytest.approx(-back.gain, abs=1e-12)  # type: ignore[operator]
    assert there.value == pytest.approx(1 / back.value, rel=1e-12)  # type: ignore[operator]
    assert there.counts is back.counts


def test_on_the_difference_scale_intervals_are_in_the_metrics_unit() -> None:
    measure = Measure("coverage", Scale.DIFFERENCE, lower_is_better=False, margin=0.05)
    rng = np.random.default_rng(2)
    one, other = list(rng.normal(0.0, 0.02, 20)), list(rng.normal(-0.2, 0.02, 8))
    found = compare(measure, arm("b", one), arm("a", other), FEW)
    assert found.value == pytest.approx(np.mean(other) - np.mean(one), abs=1e-12)
    assert found.interval is not None
    assert found.interval.low < found.value < found.interval.high < -0.05  # type: ignore[operator]
    assert judge(found, Claim.WORSE, found.p) is Verdict.SUPPORTED


def test_five_pairs_claim_nothing() -> None:
    baseline = arm("b", [20.0, 21.0, 22.0, 23.0, 24.0])
    found = compare(DISTANCE, baseline, arm("a", [10.0, 10.5, 11.0, 11.5, 12.0]), FEW)
    assert found.value == pytest.approx(0.5, abs=1e-9)
    assert (found.missing, found.baseline.missing) == (3, 15)
    assert (found.interval, found.p, found.power, found.p_not_worse) == (None, None, None, None)
    assert {judge(found, claim, 0.0) for claim in Claim if claim not in {Claim.NEVER, Claim.ALWAYS}} == {
        Verdict.UNDECIDED
    }


def test_an_arm_without_runs() -> None:
    found = compare(DISTANCE, arm("b", [20.0] * 20), ArmSample("a", ()), FEW)
    assert (found.value, found.gain, found.arm.level, found.missing) == (None, None, None, 8)
    assert judge(found, Claim.BETTER, found.p) is Verdict.UNDECIDED


def test_runs_that_were_not_measured_are_left_out_and_counted() -> None:
    rng = np.random.default_rng(3)
    known = drawn("a", rng, 8)
    sample = ArmSample("a", (*known.runs, ArmRun("a-8", 8, None, None)))
    found = compare(DISTANCE, drawn("b", rng, 20), sample, FEW)
    assert (found.arm.n, found.arm.unmeasured, found.scale) == (8, 1, Scale.RATIO)


def test_identical_arms_are_equivalent() -> None:
    baseline = drawn("b", np.random.default_rng(4), 20, spread=0.5)
    found = compare(DISTANCE, baseline, arm("a", [float(x) for x in values(baseline)[:8]]), FEW)
    assert (found.is_identical, found.is_paired, found.value, found.p) == (True, True, 1.0, 1.0)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (1.0, 1.0)
    assert judge(found, Claim.BETTER, found.p) is Verdict.EQUIVALENT
    assert judge(found, Claim.NO_DIFFERENCE, found.p) is Verdict.SUPPORTED


def test_equal_constant_arms_are_equivalent_too() -> None:
    found = compare(DISTANCE, arm("b", [3.3] * 20), arm("a", [3.3] * 8, first=50), FEW)
    assert (found.is_identical, found.p) == (False, 1.0)
    assert judge(found, Claim.DIFFERENT, found.p) is Verdict.EQUIVALENT


def test_a_censored_run_makes_it_a_matter_of_ranks() -> None:
    rng = np.random.default_rng(5)
    baseline = drawn("b", rng, 20, spread=0.1)
    other = arm("a", [*(float(x) for x in 14 * np.exp(0.1 * rng.normal(size=7))), None])
    found = compare(DISTANCE, baseline, other, FEW)
    lower = np.mean([[x < y for y in values(baseline)] for x in values(other)[:7]])
    assert (found.scale, found.arm.n, found.arm.censored) == (Scale.RANK, 8, 1)
    assert found.value == pytest.approx(lower * 7 / 8, abs=1e-12)
    assert (found.p_not_worse, found.p_not_better) == (None, None)
    assert judge(found, Claim.BETTER, found.p) is Verdict.SUPPORTED


def test_the_last_value_of_a_censored_run_is_never_read() -> None:
    rng = np.random.default_rng(6)
    baseline, known = drawn("b", rng, 20), drawn("a", rng, 7).runs
    tried = [(*known, ArmRun("a-7", 7, value, None, is_censored=True)) for value in (None, 0.001, math.nan, 900.0)]
    assert len({repr(compare(DISTANCE, baseline, ArmSample("a", runs), FEW)) for runs in tried}) == 1


def test_by_rank_medians_must_count() -> None:
    """Ranks that never overlap, 4 % apart: significant, and too small to be said."""
    one = arm("b", [*(20.0 + 0.01 * i for i in range(20)), None])
    found = compare(DISTANCE, one, arm("a", [19.3 + 0.01 * i for i in range(8)], first=50), LEAN)
    assert found.value == 1.0
    assert found.p is not None
    assert found.p <= 0.05
    assert not found.counts
    assert judge(found, Claim.DIFFERENT, found.p) is Verdict.UNDECIDED


def test_an_arm_that_mostly_dies_is_worse_by_more_than_any_margin() -> None:
    found = compare(DISTANCE, arm("b", [20.0 + i for i in range(20)]), arm("a", [20.0, *[None] * 7], first=50), LEAN)
    assert found.arm.level is None
    assert found.counts
    assert judge(found, Claim.BETTER, found.p) is Verdict.CONTRADICTED


def test_an_effect_below_the_noise_floor_does_not_count() -> None:
    rng = np.random.default_rng(7)
    baseline, other = drawn("b", rng, 20, spread=0.05), drawn("a", rng, 8, ratio=0.8, spread=0.05)
    blunt = Measure("frechet_distance", floor=6.0)
    found = compare(blunt, baseline, other, FEW)
    assert found.p is not None
    assert found.p <= 0.05
    assert not found.counts
    assert judge(found, Claim.BETTER, found.p) is Verdict.UNDECIDED
    assert compare(Measure("frechet_distance", floor=2.0), baseline, other, LEAN).counts
    assert found.power is not None
    assert found.power.smallest_visible is not None
    assert found.power.smallest_visible < 1 - 6 / 20 + 0.02


def test_a_floor_above_the_level_hides_every_improvement() -> None:
    rng = np.random.default_rng(8)
    found = compare(Measure("fd", floor=50.0), drawn("b", rng, 20), drawn("a", rng, 8), FEW)
    assert found.power is not None
    assert found.power.smallest_visible is None


def test_a_level_that_no_relabelling_reaches_sees_nothing() -> None:
    baseline = drawn("b", np.random.default_rng(9), 8)
    other = arm("a", [float(x) for x in values(baseline) * (1 + 0.01 * np.arange(8))])
    found = compare(DISTANCE, baseline, other, FEW, alpha=0.05 / 10)
    assert found.is_paired
    assert found.smallest_p == 2 / 256
    assert found.power is not None
    assert found.power.smallest_visible is None


def test_a_lean_comparison_gives_the_same_verdict_of_a_difference() -> None:
    rng = np.random.default_rng(10)
    baseline, other = drawn("b", rng, 20, spread=0.1), drawn("a", rng, 8, ratio=1.4, spread=0.1)
    whole, lean = compare(DISTANCE, baseline, other), compare(DISTANCE, baseline, other, LEAN)
    assert (lean.interval, lean.power, lean.p_not_worse) == (None, None, None)
    assert (lean.value, lean.counts) == (whole.value, whole.counts)
    assert judge(lean, Claim.BETTER, lean.p) is judge(whole, Claim.BETTER, whole.p) is Verdict.CONTRADICTED
