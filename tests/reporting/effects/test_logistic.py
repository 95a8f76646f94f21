"""A logistic model over arms: what it finds, what it refuses, and that arms, not runs, are its evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from gansearch.errors import ReportError
from gansearch.reporting.effects.logistic import ArmOutcome, LogisticEffect, fit_outcome
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.shares import share_of
from gansearch.reporting.effects.verdicts import Claim, Verdict, judge

FAILURE = Measure("failure", Scale.RATE)
SUCCESS = Measure("success", Scale.RATE, lower_is_better=False)
TERMS = ("g", "d", "abs(g - d)")
DEPTHS = [(g, d) for g in (3, 5, 10, 20) for d in (3, 5, 10, 20)] + [(2, 3), (2, 5), (2, 10), (4, 2), (5, 2), (10, 2)]
QUICK = Precision(permutations=199)


def counted(share: Callable[[int, int], float], runs: int = 8) -> list[ArmOutcome]:
    """Arms of which as many runs fail as that share of them comes to."""
    return [arm(g, d, round(runs * share(g, d)), runs) for g, d in DEPTHS]


def arm(g: int, d: int, count: int, runs: int = 8) -> ArmOutcome:
    return ArmOutcome(share_of(f"({g}, {d})", [True] * count + [False] * (runs - count)), (g, d, abs(g - d)))


def fitted(arms: Sequence[ArmOutcome], measure: Measure = FAILURE) -> LogisticEffect:
    return fit_outcome(measure, TERMS, 2, arms, precision=QUICK)


def by(slope: float, of_depth: float, start: float) -> Callable[[int, int], float]:
    return lambda g, d: 1 / (1 + np.exp(-(start + of_depth * (g + d) + slope * abs(g - d))))


def test_a_difference_that_drives_failure_is_found_and_one_of_success_is_the_other_way() -> None:
    found = fitted(counted(by(0.5, 0.05, -3)))
    assert found.odds_ratio == pytest.approx(np.exp(0.5), rel=0.1)
    assert found.interval is not None
    assert found.odds_ratio is not None
    assert 1.3 < found.interval.low < found.odds_ratio < found.interval.high < 2.3
    assert found.points is not None
    assert found.inner is not None
    assert found.inner.low <= found.points <= found.inner.high
    assert (found.planned, found.arms, found.runs, found.p) == (22, 22, 176, 1 / 200)
    verdicts = [judge(found, claim, found.p) for claim in (Claim.WORSE, Claim.BETTER, Claim.NO_DIFFERENCE)]
    assert verdicts == [Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.CONTRADICTED]
    of_success = fitted(counted(by(0.5, 0.05, -3)), SUCCESS)
    assert judge(of_success, Claim.WORSE, of_success.p) is Verdict.CONTRADICTED


def test_depth_alone_is_no_effect_of_the_difference() -> None:
    found = fitted(counted(by(0.0, 0.12, -2), runs=20))
    assert found.p is not None
    assert found.p > 0.05
    assert found.odds_ratio == pytest.approx(1, abs=0.03)
    assert judge(found, Claim.WORSE, found.p) is Verdict.EQUIVALENT
    assert found.smallest_visible is not None
    assert 1.05 < found.smallest_visible < 1.2


def test_arms_that_scatter_widen_the_interval_and_more_runs_of_them_do_not_make_it_sure() -> None:
    rng = np.random.default_rng(3)
    noise = {depths: 2.5 * rng.standard_normal() for depths in DEPTHS}
    few, many = (fitted(counted(lambda g, d: 1 / (1 + np.exp(-noise[g, d])), runs=runs)) for runs in (8, 80))
    assert few.scatter is not None
    assert many.scatter is not None
    assert few.scatter > 2
    assert many.scatter > 5 * few.scatter
    assert few.interval is not None
    assert many.interval is not None
    assert many.interval.high / many.interval.low > 0.8 * few.interval.high / few.interval.low
    assert few.p is not None
    assert many.p is not None
    assert many.p > 0.05


def test_separated_outcomes_have_a_finite_effect() -> None:
    found = fitted(counted(lambda g, d: float(abs(g - d) > 4)))
    assert found.is_separated
    assert found.odds_ratio is not None
    assert 1.5 < found.odds_ratio < 20
    assert found.interval is not None
    assert np.isfinite(found.interval.high)
    assert judge(found, Claim.WORSE, found.p) is Verdict.SUPPORTED


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_an_outcome_that_does_not_vary_decides_nothing(share: float) -> None:
    found = fitted(counted(lambda *_: share))
    assert found.is_constant
    assert (found.p, found.interval) == (None, None)
    assert judge(found, Claim.NO_DIFFERENCE, found.p) is Verdict.UNDECIDED


def test_an_arm_with_too_few_runs_leaves_all_undecided() -> None:
    arms = counted(by(0.5, 0.05, -3))
    found = fitted([arm(3, 3, 0, 7), *arms[1:]])
    assert (found.lacking, found.arms) == (1, 22)
    assert judge(found, Claim.WORSE, found.p) is Verdict.UNDECIDED
    none = fitted([arm(g, d, 0, 0) for g, d in DEPTHS])
    assert (none.lacking, none.arms, none.odds_ratio, none.points, none.p) == (22, 0, None, None, None)
    assert judge(none, Claim.WORSE, none.p) is Verdict.UNDECIDED


def test_the_test_holds_its_level_where_arms_scatter() -> None:
    rng, claimed, rounds = np.random.default_rng(0), 0, 20
    for seed in range(rounds):
        shares = {(g, d): by(0.0, 0.1, -2 + 1.5 * rng.standard_normal())(g, d) for g, d in DEPTHS}
        arms = [arm(g, d, int(rng.binomial(8, shares[g, d]))) for g, d in DEPTHS]
        found = fit_outcome(FAILURE, TERMS, 2, arms, precision=Precision(permutations=99, bootstraps=0, seed=seed))
        claimed += found.p is not None and found.p <= 0.05
    assert claimed <= 3  # of 20 at 5 %: more has a chance of 2 %


def test_what_is_refused() -> None:
    with pytest.raises(ReportError, match="a logistic model takes the scale rate; got ratio"):
        fit_outcome(Measure("frechet_distance"), TERMS, 2, counted(by(0, 0, 0)))
    same = [ArmOutcome(each.share, (each.terms[0], each.terms[0] * 2, 1.0)) for each in counted(by(0, 0, 0))]
    with pytest.raises(ReportError, match="none follow from the others; got g, d, abs"):
        fitted(same)
    with pytest.raises(ReportError, match="vary over at least 5 arms"):
        fitted(counted(by(0, 0, 0))[:4])
