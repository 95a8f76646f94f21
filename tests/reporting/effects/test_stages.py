"""Screening names contenders; confirmation uses fresh seeds and Holm's correction."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from gansearch.reporting.effects.comparison import Effect, compare
from gansearch.reporting.effects.measure import SUCCESS_RATE
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.sample import ArmSample
from gansearch.reporting.effects.stages import Question, confirm, screen
from gansearch.reporting.effects.verdicts import Claim, Verdict
from tests.reporting.effects.arms import DISTANCE, arm, drawn, outcomes, values

FEW = Precision(permutations=1_999, bootstraps=999)


def fresh(sample: ArmSample, first: int = 100) -> ArmSample:
    """The same values at other replicates."""
    return arm(sample.name, [float(x) for x in values(sample)], first=first)


def test_contenders_have_effects_that_count_in_the_claimed_direction() -> None:
    rng = np.random.default_rng(0)
    baseline = drawn("baseline", rng, 20, spread=0.1)
    arms = {name: drawn(name, rng, 8, ratio=ratio, spread=0.1) for name, ratio in (("good", 0.7), ("bad", 1.4))}
    few = arm("few", [10.0] * 5)
    claims = [Claim.BETTER, Claim.WORSE, Claim.DIFFERENT, Claim.AT_LEAST_AS_GOOD, Claim.NO_DIFFERENCE]
    named = {
        claim: screen(DISTANCE, baseline, [*(Question(one, claim) for one in arms.values()), Question(few)], FEW)
        for claim in claims
    }
    assert {claim: found.contenders for claim, found in named.items()} == {
        Claim.BETTER: ("good",),
        Claim.WORSE: ("bad",),
        Claim.DIFFERENT: ("good", "bad"),
        Claim.AT_LEAST_AS_GOOD: ("good",),
        Claim.NO_DIFFERENCE: (),
    }
    assert named[Claim.BETTER].replicates == frozenset(range(20))


def test_confirmation_drops_the_seeds_that_were_seen() -> None:
    rng = np.random.default_rng(1)
    seen, good = drawn("baseline", rng, 20), drawn("good", rng, 8, ratio=0.6)
    screening = screen(DISTANCE, seen, [Question(good, Claim.BETTER)], FEW)
    new = fresh(drawn("baseline", rng, 20))
    other = fresh(drawn("good", rng, 8, ratio=0.6))
    both = ArmSample("baseline", (*seen.runs, *new.runs)), ArmSample("good", (*good.runs, *other.runs))
    found = confirm(DISTANCE, both[0], [Question(both[1], Claim.BETTER)], screening, FEW)
    (judged,) = found.judged
    assert judged.effect.arm.n == 8
    assert isinstance(judged.effect, Effect)
    assert judged.effect.value == compare(DISTANCE, new, other, FEW).value
    assert judged.verdict is Verdict.SUPPORTED
    assert len(found.seen) == 28


def test_without_fresh_runs_all_stays_undecided() -> None:
    rng = np.random.default_rng(2)
    baseline, good = drawn("baseline", rng, 20), drawn("good", rng, 8, ratio=0.5)
    question = Question(good, Claim.BETTER)
    (judged,) = confirm(DISTANCE, baseline, [question], screen(DISTANCE, baseline, [question], FEW), FEW).judged
    assert (judged.verdict, judged.p_adjusted, judged.effect.missing) == (Verdict.UNDECIDED, None, 8)


def test_holm_over_all_questions_those_without_runs_too() -> None:
    rng = np.random.default_rng(3)
    baseline = drawn("baseline", rng, 20)
    questions = [Question(drawn(f"arm{i}", rng, 8, ratio=ratio)) for i, ratio in enumerate((0.75, 0.8, 1.0))]
    found = confirm(DISTANCE, baseline, [*questions, Question(arm("few", [10.0] * 3))], precision=FEW)
    expected = multipletests([one.effect.p for one in found.judged[:3]] + [1.0], method="holm")[1]
    assert [one.p_adjusted for one in found.judged[:3]] == pytest.approx(expected[:3], abs=1e-12)
    assert found.judged[3].p_adjusted is None
    assert found.family == 4
    power = found.judged[0].effect.power
    assert power is not None
    assert power.alpha == 0.05 / 4


def test_the_margin_tests_are_corrected_as_a_family() -> None:
    rng = np.random.default_rng(4)
    baseline = drawn("baseline", rng, 20, spread=0.05)
    questions = [Question(drawn(f"arm{i}", rng, 8, spread=0.05), Claim.NO_DIFFERENCE) for i in range(3)]
    found = confirm(DISTANCE, baseline, questions, precision=FEW)
    raw = [max(one.effect.p_not_worse or 1, one.effect.p_not_better or 1) for one in found.judged]
    assert [one.p_margin for one in found.judged] == pytest.approx(multipletests(raw, method="holm")[1], abs=1e-12)
    assert {one.verdict for one in found.judged} == {Verdict.SUPPORTED}


def test_rates_and_claims_about_a_share() -> None:
    baseline = outcomes("baseline", 18, 20)
    questions = [Question(outcomes("a", 0, 40), Claim.NEVER), Question(outcomes("b", 1, 12), Claim.WORSE)]
    found = confirm(SUCCESS_RATE, baseline, questions)
    assert [one.verdict for one in found.judged] == [Verdict.EQUIVALENT, Verdict.SUPPORTED]
    assert (found.family, found.judged[0].p_adjusted) == (1, None)
    assert found.judged[1].p_adjusted == found.judged[1].effect.p
    assert screen(SUCCESS_RATE, baseline, questions).contenders == ("a", "b")
