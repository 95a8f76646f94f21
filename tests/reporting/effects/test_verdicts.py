"""The table of verdicts, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from gansearch.errors import ReportError
from gansearch.reporting.effects.comparison import compare
from gansearch.reporting.effects.permutation import LEAN
from gansearch.reporting.effects.rates import compare_rates
from gansearch.reporting.effects.shares import share_of
from gansearch.reporting.effects.verdicts import Claim, Verdict, judge, judge_share, margin_p
from tests.reporting.effects.arms import DISTANCE, drawn, outcomes

S, C, E, U = Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.EQUIVALENT, Verdict.UNDECIDED


@dataclass(frozen=True)
class Found:
    """An effect of which only what the verdict reads is told."""

    gain: float | None = 0.2
    counts: bool = True
    is_too_small: bool = False
    is_identical: bool = False
    p_not_worse: float | None = 0.5
    p_not_better: float | None = 0.5
    lies_above: bool = False
    lies_below: bool = False


BETTER = Found(p_not_worse=0.001, lies_above=True)
WORSE = Found(gain=-0.2, p_not_better=0.001, lies_below=True)
EQUAL = Found(gain=0.01, counts=False, p_not_worse=0.01, p_not_better=0.01, lies_above=True, lies_below=True)
NOT_WORSE = Found(gain=0.08, counts=False, p_not_worse=0.01, lies_above=True)
NOT_BETTER = Found(gain=-0.08, counts=False, p_not_better=0.01, lies_below=True)
IDENTICAL = Found(gain=0.0, counts=False, is_identical=True, p_not_worse=None, p_not_better=None)
ORDER = (
    Claim.BETTER,
    Claim.WORSE,
    Claim.DIFFERENT,
    Claim.NO_DIFFERENCE,
    Claim.AT_LEAST_AS_GOOD,
    Claim.AT_MOST_AS_GOOD,
)


@pytest.mark.parametrize(
    ("found", "p", "verdicts"),
    [
        pytest.param(BETTER, 0.01, (S, C, S, C, S, C), id="better"),
        pytest.param(WORSE, 0.01, (C, S, S, C, C, S), id="worse"),
        pytest.param(EQUAL, 0.6, (E, E, E, S, S, S), id="equivalent"),
        pytest.param(IDENTICAL, 1.0, (E, E, E, S, S, S), id="identical"),
        pytest.param(NOT_WORSE, 0.2, (U, U, U, U, S, U), id="not worse"),
        pytest.param(NOT_BETTER, 0.2, (U, U, U, U, U, S), id="not better"),
        pytest.param(Found(), 0.2, (U,) * 6, id="not significant"),
        pytest.param(Found(), None, (U,) * 6, id="without a test"),
        pytest.param(Found(counts=False), 0.001, (U,) * 6, id="significant and too small to count"),
        pytest.param(EQUAL, 0.001, (E, E, E, S, S, S), id="significant and equivalent"),
        pytest.param(Found(is_too_small=True, p_not_worse=0.0, lies_above=True), 0.0, (U,) * 6, id="too few runs"),
    ],
)
def test_the_table(found: Found, p: float | None, verdicts: tuple[Verdict, ...]) -> None:
    assert tuple(judge(found, claim, p) for claim in ORDER) == verdicts


def test_five_percent_is_still_significant_and_more_is_not() -> None:
    assert judge(BETTER, Claim.BETTER, 0.05) is S
    assert judge(BETTER, Claim.BETTER, 0.0501) is U


def test_the_tests_against_the_margin_are_corrected_too() -> None:
    assert judge(EQUAL, Claim.NO_DIFFERENCE, 0.6, p_margin=0.04) is S
    assert judge(EQUAL, Claim.NO_DIFFERENCE, 0.6, p_margin=0.06) is U


def test_interval_and_test_must_both_lie_within_the_margin() -> None:
    short = Found(gain=0.0, counts=False, p_not_worse=0.06, p_not_better=0.01, lies_above=True, lies_below=True)
    wide = Found(gain=0.0, counts=False, p_not_worse=0.01, p_not_better=0.01, lies_above=True, lies_below=False)
    assert {judge(found, Claim.NO_DIFFERENCE, 0.9) for found in (short, wide)} == {U}


@pytest.mark.parametrize(
    ("claim", "p"), [(Claim.BETTER, 0.5), (Claim.AT_LEAST_AS_GOOD, 0.01), (Claim.AT_MOST_AS_GOOD, 0.5)]
)
def test_each_claim_has_its_margin_test(claim: Claim, p: float) -> None:
    assert margin_p(NOT_WORSE, claim) == p


@pytest.mark.parametrize(
    ("count", "n", "never", "always"),
    [(0, 20, U, C), (0, 29, E, C), (1, 40, C, C), (20, 20, C, U), (29, 29, C, E), (3, 7, U, U)],
)
def test_never_is_contradicted_or_bounded(count: int, n: int, never: Verdict, always: Verdict) -> None:
    found = share_of("a", [True] * count + [False] * (n - count))
    assert (judge_share(found, Claim.NEVER, 0.1), judge_share(found, Claim.ALWAYS, 0.1)) == (never, always)


def test_never_is_said_of_the_arm_of_a_rate() -> None:
    found = compare_rates(outcomes("b", 3, 5), outcomes("a", 1, 30))
    assert judge(found, Claim.NEVER, None) is C
    with pytest.raises(ReportError, match="the claim never is about a share: it needs a RateEffect; got Found"):
        judge(BETTER, Claim.NEVER, 0.01)
    with pytest.raises(ReportError, match="a share alone is never or always; got the claim better"):
        judge_share(found.arm, Claim.BETTER, 0.1)


def test_rates_are_judged_by_the_same_table() -> None:
    found = compare_rates(outcomes("b", 20, 20), outcomes("a", 2, 8))
    assert judge(found, Claim.AT_LEAST_AS_GOOD, found.p) is C


def test_no_larger_an_effect_than_chance_is_undecided() -> None:
    rng = np.random.default_rng(0)
    found = compare(DISTANCE, drawn("b", rng, 20), drawn("a", rng, 8), LEAN)
    assert judge(found, Claim.BETTER, found.p) is U
