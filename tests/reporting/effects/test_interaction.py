"""An interaction: one effect beside another, at equal seeds."""

from __future__ import annotations

import numpy as np
import pytest

from gansearch.errors import ReportError
from gansearch.reporting.effects.interaction import Contrast, InteractionEffect, interact
from gansearch.reporting.effects.measure import SUCCESS_RATE, Measure, Scale
from gansearch.reporting.effects.verdicts import Claim, Verdict, judge
from tests.reporting.effects.arms import DISTANCE, arm

COVERAGE = Measure("coverage", Scale.DIFFERENCE, lower_is_better=False)


def four(factors: tuple[float, float, float, float], n: int = 8, spread: float = 0.02) -> list[list[float]]:
    """Distances of four arms: a seed is good or bad for all of them, and each run has noise of its own."""
    rng = np.random.default_rng(0)
    seeds = 100 * np.exp(0.5 * rng.standard_normal(n))
    return [list(seeds * factor * np.exp(spread * rng.standard_normal(n))) for factor in factors]


def interacted(values: list[list[float]], measure: Measure = DISTANCE) -> InteractionEffect:
    one, against, other, other_against = (arm(str(place), each) for place, each in enumerate(values))
    return interact(measure, Contrast(one, against), Contrast(other, other_against))


def test_an_effect_that_is_larger_beside_another_change_is_found() -> None:
    found = interacted(four((0.5, 1.0, 0.9, 1.0)))  # halves with it, lowers by a tenth without
    assert found.value == pytest.approx(0.5 / 0.9, rel=0.03)
    assert found.value_of_one == pytest.approx(0.5, rel=0.03)
    assert found.value_of_other == pytest.approx(0.9, rel=0.03)
    assert found.p == pytest.approx(2 / 256)
    assert found.interval is not None
    assert found.value is not None
    assert found.interval.low < found.value < found.interval.high < 0.6
    assert found.smallest_visible is not None
    assert 0.8 < found.smallest_visible < 0.9
    verdicts = [judge(found, claim, found.p) for claim in (Claim.BETTER, Claim.WORSE, Claim.NO_DIFFERENCE)]
    assert verdicts == [Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.CONTRADICTED]


def test_changes_that_multiply_do_not_interact_however_large_they_are() -> None:
    found = interacted(four((0.25, 0.5, 0.5, 1.0)))
    assert found.value == pytest.approx(1, abs=0.03)
    assert judge(found, Claim.BETTER, found.p) is Verdict.EQUIVALENT


def test_on_the_difference_scale_it_is_a_difference_of_differences() -> None:
    rng = np.random.default_rng(1)
    values = [list(middle + 0.01 * rng.standard_normal(8)) for middle in (0.8, 0.4, 0.5, 0.4)]
    found = interacted(values, COVERAGE)
    assert found.value == pytest.approx(0.3, abs=0.02)
    assert found.gain == found.value
    assert judge(found, Claim.BETTER, found.p) is Verdict.SUPPORTED


def test_only_seeds_that_all_four_arms_have_count() -> None:
    values = four((0.5, 1.0, 0.9, 1.0))
    found = interacted([values[0][:6], *values[1:3], [*values[3], 100.0, 100.0]])
    assert found.replicates == (0, 1, 2, 3, 4, 5)
    assert found.value is not None
    assert (found.p, found.interval, found.smallest_visible) == (None, None, None)
    assert judge(found, Claim.BETTER, found.p) is Verdict.UNDECIDED


def test_a_censored_run_leaves_it_undecided() -> None:
    values = four((0.5, 1.0, 0.9, 1.0))
    samples = [arm("0", [*values[0][:7], None]), *(arm("n", each) for each in values[1:])]
    found = interact(DISTANCE, Contrast(*samples[:2]), Contrast(*samples[2:]))
    assert (found.censored, found.value, found.p) == (1, None, None)
    assert found.is_too_small


def test_without_runs() -> None:
    found = interacted([[], [], [], []])
    assert (found.replicates, found.value) == ((), None)
    assert judge(found, Claim.BETTER, None) is Verdict.UNDECIDED


def test_a_rate_is_refused() -> None:
    empty = Contrast(arm("a", []), arm("b", []))
    with pytest.raises(ReportError, match="an interaction takes a metric with values; got the scale rate"):
        interact(SUCCESS_RATE, empty, empty)
