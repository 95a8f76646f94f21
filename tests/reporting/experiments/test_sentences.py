"""Every sentence follows from the numbers: another number is another sentence."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments import sentences
from gansearch.reporting.experiments.hypotheses import Comparison, Hypothesis
from gansearch.reporting.experiments.judging import JudgedComparison, judged
from gansearch.reporting.experiments.samples import Selection
from tests.reporting.experiments.conftest import MakeExperiments

FOUR = Selection(("depth/generator.layers=4",))


def judge_one(make: MakeExperiments, own: list[float], claim: Claim, measure: str) -> JudgedComparison:
    study = make({"baseline": [100.0 + each for each in range(20)], FOUR.names[0]: own})
    asked = Hypothesis("H1", "It is so.", "somebody", (Comparison(FOUR, claim, measure),))
    (found,) = judged([asked], study, {})
    return found.comparisons[0]


@pytest.mark.parametrize(("factor", "said"), [(0.5, "-50 % [-52 %, -48 %]"), (2.0, "+99 % [+92 %, +107 %]")])
def test_an_effect_on_a_distance(factor: float, said: str, make_experiments: MakeExperiments) -> None:
    own = [factor * (109.1 + 2 * (each - 3.5)) for each in range(8)]
    found = judge_one(make_experiments, own, Claim.BETTER, "frechet_distance")
    assert sentences.effect_text(found) == said
    assert sentences.runs_text(found) == "8 v 20"
    assert sentences.visible_text(found).startswith("-1")
    assert sentences.p_text(found) == "below .001"


def test_equal_seeds_that_belong_together_are_compared_in_pairs(make_experiments: MakeExperiments) -> None:
    found = judge_one(make_experiments, [102.0 + each for each in range(8)], Claim.BETTER, "frechet_distance")
    assert sentences.effect_text(found) == "+2 % [+2 %, +2 %]"
    assert sentences.runs_text(found) == "8 v 8, in pairs"
    assert found.verdict == "equivalent"


def test_an_effect_by_rank_says_who_diverged(make_experiments: MakeExperiments) -> None:
    found = judge_one(make_experiments, [50.0] * 6 + [math.inf] * 2, Claim.BETTER, "frechet_distance")
    assert sentences.effect_text(found).startswith("better in 75 % of pairs [")
    assert sentences.runs_text(found) == "8 v 20, 2 diverged"
    assert sentences.visible_text(found).endswith("% of pairs")


def test_an_effect_on_a_rate_is_told_in_points(make_experiments: MakeExperiments) -> None:
    found = judge_one(make_experiments, [100.0] * 4 + [900.0] * 4, Claim.WORSE, "success")
    assert sentences.effect_text(found).startswith("4 of 8 against 20 of 20, -50 points [-7")
    assert sentences.visible_text(found).endswith(" points")
    assert sentences.asked(found) == "`depth/generator.layers=4` worse than `baseline`"


def test_never_is_told_with_its_bound(make_experiments: MakeExperiments) -> None:
    found = judge_one(make_experiments, [900.0] * 8, Claim.NEVER, "success")
    assert sentences.asked(found) == "`depth/generator.layers=4` never a `success`"
    assert sentences.effect_text(found) == "0 of 8 runs; with 95 % confidence at most 31 %"
    assert (sentences.p_text(found), sentences.visible_text(found)) == ("-", "-")
    assert sentences.runs_text(found) == "8"


def test_too_few_runs(make_experiments: MakeExperiments) -> None:
    found = judge_one(make_experiments, [50.0] * 3, Claim.BETTER, "frechet_distance")
    assert sentences.effect_text(found) == "-54 %"
    assert (sentences.p_text(found), sentences.visible_text(found)) == ("-", "none yet")
    nothing = judge_one(make_experiments, [], Claim.BETTER, "frechet_distance")
    assert sentences.effect_text(nothing) == "no runs"


def test_a_headline(make_experiments: MakeExperiments) -> None:
    rng = np.random.default_rng(0)
    study = make_experiments({"baseline": list(100 + rng.random(20)), FOUR.names[0]: list(50 + rng.random(7))})
    better, never = Comparison(FOUR, Claim.BETTER, "frechet_distance"), Comparison(FOUR, Claim.NEVER, "success")
    (found,) = judged([Hypothesis("H9", "Depth helps.", "a blog", (better, never))], study, {})
    assert sentences.headline(found) == (
        "H9, contradicted: Depth helps (a blog). 1 of 2 comparisons decided; 1 run missing."
        if found.verdict == "contradicted"
        else "H9, undecided: Depth helps (a blog). 0 of 2 comparisons decided; 1 run missing."
    )
