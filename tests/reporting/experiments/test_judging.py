from __future__ import annotations

import numpy as np
import pytest

from gansearch.reporting.effects.rates import RateEffect
from gansearch.reporting.effects.verdicts import Claim, Verdict
from gansearch.reporting.experiments.hypotheses import Comparison, Hypothesis, Rule
from gansearch.reporting.experiments.judging import combined, judged
from gansearch.reporting.experiments.samples import Selection
from tests.reporting.experiments.conftest import MakeExperiments

FOUR, FIVE = Selection(("depth/generator.layers=4",)), Selection(("depth/generator.layers=5",))
YES, NO, EQUAL, OPEN = Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.EQUIVALENT, Verdict.UNDECIDED


def hypothesis(*comparisons: Comparison, rule: Rule = "all") -> Hypothesis:
    return Hypothesis("H", "It is so.", "somebody", comparisons, rule)


def around(middle: float, n: int, seed: int) -> list[float]:
    """Distances of which the logarithm varies by .1."""
    return list(middle * np.exp(0.1 * np.random.default_rng(seed).standard_normal(n)))


def test_a_large_effect_is_found_in_its_direction(make_experiments: MakeExperiments) -> None:
    study = make_experiments(
        {"baseline": around(100, 20, 1), FOUR.names[0]: around(60, 8, 2), FIVE.names[0]: around(170, 8, 3)}
    )
    asked = [
        hypothesis(Comparison(FOUR, Claim.BETTER, "frechet_distance")),
        hypothesis(Comparison(FIVE, Claim.BETTER, "frechet_distance")),
        hypothesis(Comparison(FIVE, Claim.WORSE, "frechet_distance", FOUR)),
        hypothesis(
            Comparison(FOUR, Claim.BETTER, "frechet_distance"), Comparison(FIVE, Claim.BETTER, "frechet_distance")
        ),
    ]
    found = judged(asked, study, {})
    assert [each.verdict for each in found] == [YES, NO, YES, NO]
    first = found[0].comparisons[0]
    assert first.effect.p is not None
    assert first.p_adjusted is not None
    assert first.p_adjusted >= first.effect.p  # one family of five
    assert first.missing == 0


def test_without_runs_nothing_is_decided_and_it_says_how_many_are_missing(make_experiments: MakeExperiments) -> None:
    study = make_experiments({"baseline": around(100, 20, 1), FOUR.names[0]: around(10, 5, 2)})
    (found,) = judged([hypothesis(Comparison(FOUR, Claim.BETTER, "frechet_distance", FIVE))], study, {})
    assert (found.verdict, found.missing) == (OPEN, 3 + 8)
    (found,) = judged([hypothesis(Comparison(FOUR, Claim.NEVER, "success"))], study, {})
    assert found.verdict is OPEN


def test_never_is_contradicted_by_one(make_experiments: MakeExperiments) -> None:
    study = make_experiments(
        {"baseline": [100.0] * 20, FOUR.names[0]: [900.0] * 7 + [100.0], FIVE.names[0]: [900.0] * 8}
    )
    asked = [hypothesis(Comparison(arm, Claim.NEVER, "success")) for arm in (FOUR, FIVE)]
    one, none = judged(asked, study, {})
    assert (one.verdict, none.verdict) == (NO, OPEN)
    effect = none.comparisons[0].effect
    assert isinstance(effect, RateEffect)
    assert effect.arm.at_most == pytest.approx(1 - 0.05 ** (1 / 8))  # Clopper and Pearson, one-sided


@pytest.mark.parametrize(
    ("verdicts", "rule", "expected"),
    [
        ([YES, YES], "all", YES),
        ([YES, NO], "all", NO),
        ([YES, OPEN], "all", OPEN),
        ([YES, EQUAL], "all", OPEN),
        ([EQUAL, EQUAL], "all", EQUAL),
        ([OPEN, NO], "any", OPEN),
        ([NO, NO], "any", NO),
        ([OPEN, YES], "any", YES),
        ([EQUAL, EQUAL], "any", EQUAL),
    ],
)
def test_verdicts_together(verdicts: list[Verdict], rule: Rule, expected: Verdict) -> None:
    assert combined(verdicts, rule) is expected
