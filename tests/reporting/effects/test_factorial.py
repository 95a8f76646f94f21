from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from gansearch.errors import ReportError
from gansearch.reporting.effects.factorial import FactorialAnalysis, FactorialEffect, analyse_factorial, permutation_ps
from gansearch.reporting.effects.factorial_design import TwoLevelDesign, design_of
from gansearch.reporting.effects.measure import SUCCESS_RATE, Measure, Scale
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.sample import ArmSample
from gansearch.space.ablation_fraction import fraction
from tests.reporting.effects.arms import DISTANCE, arm

FAST = Precision(permutations=999)


def design(factors: str, resolution: int = 5) -> TwoLevelDesign:
    return design_of(tuple(factors), fraction(len(factors), resolution) or ())


def samples(
    used: TwoLevelDesign, gains: Mapping[str, float], *, noise: float = 0.1, runs: int = 8, seed: int = 0
) -> list[ArmSample]:
    """Distances around 20, better by what is changed: ``{"ab": .4}`` where a and b are. A seed moves all arms alike."""
    rng = np.random.default_rng(seed)
    blocks = rng.normal(size=runs)
    found = []
    for place, levels in enumerate(used.levels):
        on = {name for name, level in zip(used.factors, levels, strict=True) if level > 0}
        gain = sum(size for names, size in gains.items() if on.issuperset(names))
        values = 20 * np.exp(blocks + noise * rng.normal(size=runs) - gain)
        found.append(arm(f"arm{place}", [float(value) for value in values]))
    return found


def effect(found: FactorialAnalysis, *factors: str) -> FactorialEffect:
    return next(each for each in found.effects if each.terms[0].factors == factors)


def test_effects_without_noise_are_those_that_were_put_in() -> None:
    found = analyse_factorial(
        DISTANCE,
        design("abc"),
        samples(design("abc"), {"a": 0.5, "b": -0.2, "ab": 0.4}, noise=0),
        FAST,
    )
    assert found.scale is Scale.RATIO
    assert effect(found, "a").gain == pytest.approx(0.5 + 0.4 / 2)
    assert effect(found, "b").gain == pytest.approx(-0.2 + 0.4 / 2)
    assert effect(found, "c").gain == pytest.approx(0)
    assert effect(found, "a", "b").gain == pytest.approx(0.4)
    assert effect(found, "a", "c").gain == pytest.approx(0)
    assert effect(found, "a").value == pytest.approx(math.exp(-0.7))
    assert (effect(found, "a").is_shown, effect(found, "c").is_shown) == (True, False)


def test_what_is_aliased_is_a_sum() -> None:
    used = design("abcd", 4)
    found = analyse_factorial(DISTANCE, used, samples(used, {"ab": 0.5, "cd": 0.25}, noise=0), FAST)
    both = effect(found, "a", "b")
    assert [term.factors for term in both.terms] == [("a", "b"), ("c", "d")]
    assert both.gain == pytest.approx(0.5 + both.terms[1].sign * 0.25)


def test_errors_and_intervals_are_those_of_least_squares_with_blocks() -> None:
    """statsmodels, with all effects, and the third-order one that shares the noise's degrees of freedom."""
    used = design("abc")
    runs = samples(used, {"a": 0.3}, noise=0.2)
    rows = {"y": [], "block": [], "a": [], "b": [], "c": []}  # type: dict[str, list[float]]
    for sample, levels in zip(runs, used.levels, strict=True):
        for run in sample.runs:
            assert run.value is not None
            for name, value in zip(rows, (-math.log(run.value), run.replicate, *levels / 2), strict=True):
                rows[name].append(float(value))
    fitted = smf.ols("y ~ a * b * c + C(block)", pd.DataFrame(rows)).fit()
    found = analyse_factorial(DISTANCE, used, runs, FAST)
    for names in (("a",), ("b",), ("c",), *combinations("abc", 2)):
        low, high = fitted.conf_int().loc[":".join(names)]
        each = effect(found, *names)
        assert each.gain == pytest.approx(fitted.params[":".join(names)])
        assert each.interval is not None
        assert (-math.log(each.interval.high), -math.log(each.interval.low)) == pytest.approx((low, high))
        assert each.p == pytest.approx(fitted.pvalues[":".join(names)], abs=0.05)


def test_nulls_are_claimed_as_often_as_they_may_be() -> None:
    """With a large effect of another factor beside them: between 3 and 7 % of the 14 nulls of 150 studies."""
    used, rng = design("abcde"), np.random.default_rng(0)
    columns = np.array([each.column for each in used.contrasts()])
    hits = []
    for seed in range(150):
        gains = rng.normal(size=(8, 1)) + rng.normal(size=(8, 16)) + columns[0]
        found = permutation_ps(columns, gains, Precision(permutations=99, seed=seed))
        hits += [p is not None and p <= 0.05 for p in found[1:]]
    assert 0.03 <= np.mean(hits) <= 0.07


def test_what_is_said_to_be_visible_is_found() -> None:
    used, shown, visible = design("ab"), 0, []
    error = 0.2 * math.sqrt(4 / (4 * 8))
    exact = (stats.t.ppf(1 - 0.05 / 3 / 2, 21) + stats.t.ppf(0.8, 21)) * error
    for seed in range(60):
        runs = samples(used, {"a": exact}, noise=0.2, seed=seed)
        found = effect(analyse_factorial(DISTANCE, used, runs, Precision(permutations=199)), "a")
        shown += found.p is not None and found.p <= 0.05 / 3
        visible.append(-math.log(found.smallest_visible or 1))
    assert 0.68 <= shown / 60 <= 0.92
    assert np.mean(visible) == pytest.approx(exact, rel=0.1)


def test_censored_runs_leave_ranks_and_no_pairs() -> None:
    used = design("abc")
    runs = samples(used, {"a": 0.8})
    lost = runs[0].runs[0].replicate
    values: Sequence[float | None] = [None if run.replicate == lost else run.value for run in runs[0].runs]
    found = analyse_factorial(DISTANCE, used, [arm("arm0", values), *runs[1:]], FAST)
    assert (found.scale, found.censored) == (Scale.RANK, 1)
    assert [each.terms[0].factors for each in found.effects] == [("a",), ("b",), ("c",)]
    best = effect(found, "a")
    assert 0.5 < best.value <= 1
    assert best.is_shown
    assert best.interval is None


def test_only_replicates_that_every_arm_has_are_used() -> None:
    used = design("ab")
    runs = samples(used, {"a": 0.5}, runs=20)
    short = [runs[0], *(ArmSample(each.name, each.runs[:8]) for each in runs[1:])]
    found = analyse_factorial(DISTANCE, used, short, FAST)
    assert (found.blocks, found.unused) == (tuple(range(8)), 12)
    assert (
        found.effects
        == analyse_factorial(DISTANCE, used, [ArmSample(each.name, each.runs[:8]) for each in runs], FAST).effects
    )


def test_below_eight_replicates_nothing_is_tested() -> None:
    used = design("ab")
    found = analyse_factorial(DISTANCE, used, samples(used, {"a": 0.5}, runs=7), FAST)
    assert found.is_too_small
    one = effect(found, "a")
    assert (one.p, one.p_adjusted, one.interval, one.smallest_visible, one.is_shown) == (None, None, None, None, False)
    assert one.gain == pytest.approx(0.5, abs=0.2)


def test_without_a_common_replicate_there_is_no_effect() -> None:
    used = design("ab")
    runs = samples(used, {})
    found = analyse_factorial(DISTANCE, used, [ArmSample("arm0", ()), *runs[1:]], FAST)
    assert (found.effects, found.blocks, found.unused) == ((), (), 24)


def test_equal_arms_have_no_effect() -> None:
    used = design("abc")
    found = analyse_factorial(DISTANCE, used, samples(used, {}, noise=0), FAST)
    assert all(each.p == 1 and not each.counts for each in found.effects)


def test_a_metric_of_which_more_is_better() -> None:
    measure = Measure("coverage", Scale.DIFFERENCE, lower_is_better=False)
    used = design("ab")
    runs = [
        arm(f"arm{place}", [0.5 + 0.2 * (levels[0] > 0) + 0.01 * seed for seed in range(8)])
        for place, levels in enumerate(used.levels)
    ]
    found = effect(analyse_factorial(measure, used, runs, FAST), "a")
    assert found.value == pytest.approx(0.2)
    assert found.gain == pytest.approx(0.2)


def test_noise_of_the_metric_is_no_effect() -> None:
    used = design("ab")
    runs = samples(used, {"a": 0.2}, noise=0.001)
    assert effect(analyse_factorial(DISTANCE, used, runs, FAST), "a").is_shown
    loud = Measure("frechet_distance", floor=100.0)
    assert not effect(analyse_factorial(loud, used, runs, FAST), "a").is_shown


@pytest.mark.parametrize("measure", [DISTANCE, SUCCESS_RATE])
def test_what_is_refused(measure: Measure) -> None:
    runs = samples(design("ab"), {})
    with pytest.raises(ReportError, match="a factorial needs a metric with values and a sample for each of 4 arms"):
        analyse_factorial(measure, design("ab"), runs if measure is SUCCESS_RATE else runs[:3])
