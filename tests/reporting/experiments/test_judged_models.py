"""Models against runs: the verdict, its family, the page, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.errors import ReportError
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.verdicts import Claim, Verdict
from gansearch.reporting.experiments import model_sentences, sentences
from gansearch.reporting.experiments.hypotheses import Hypothesis
from gansearch.reporting.experiments.judging import JudgedHypothesis, judged
from gansearch.reporting.experiments.models import Model
from gansearch.reporting.experiments.page import write_page
from gansearch.reporting.experiments.runs import Experiments, experiments
from gansearch.reporting.experiments.samples import Selection
from gansearch.reporting.experiments.terms import Term
from gansearch.space import SearchSpace, parse_space
from tests.reporting.experiments.conftest import recorded

YAML = """
name: depths
dataset: {name: mnist5k}
plan:
  kind: grid
  replicates: 8
  experiments:
    all: {grid: {generator.layers: [2, 3, 5, 8], discriminator.layers: [2, 3, 5, 8]}}
"""
DEPTHS = (
    Term(("generator.layers",)),
    Term(("discriminator.layers",)),
    Term(("generator.layers", "discriminator.layers")),
)
QUICK = Precision(permutations=199, bootstraps=199)


@pytest.fixture(scope="module")
def depths_space() -> SearchSpace:
    return parse_space(YAML, "depths.yaml")


def failing(space: SearchSpace, slope: float, runs: int = 8) -> Experiments:
    """Of each arm the more runs fail the further its depths lie apart."""
    found = []
    for number, arm in enumerate(space.arms):
        one, other = (DEPTHS[place].value(arm.settings, arm.name) for place in (0, 1))
        count = min(runs, round(slope * abs(one - other)))
        for replicate in range(runs):
            classes = 2.0 if replicate < count else 10.0
            found.append(recorded(space, number, replicate, 100.0 + replicate, outcome_classes_covered=classes))
    return experiments(space, found)


def asked(name: str = "H3", outcome: str = "failure", claim: Claim = Claim.WORSE) -> Hypothesis:
    model = Model(outcome, (Selection(experiment="all"),), DEPTHS, 2, claim)
    return Hypothesis(name, "The difference drives failure.", "somebody", (), models=(model,))


def judge_one(study: Experiments, hypothesis: Hypothesis) -> JudgedHypothesis:
    (found,) = judged([hypothesis], study, {}, QUICK)
    return found


def test_a_difference_that_drives_failure(depths_space: SearchSpace, tmp_path: Path) -> None:
    study = failing(depths_space, 1.2)
    found = judge_one(study, asked())
    assert (found.verdict, found.missing) == (Verdict.SUPPORTED, 0)
    assert found.verdicts == (Verdict.SUPPORTED,)
    said = model_sentences.row(found.models[0])
    assert said[0] == (
        "`failure` more often with a larger `abs(generator.layers - discriminator.layers)`, at equal "
        "`generator.layers` and `discriminator.layers`"
    )
    assert said[2].startswith("odds x ")
    assert " for one more; +" in said[2]
    assert said[3] == "128 in 16 of 16 arms"
    assert said[5].startswith("odds x ")
    text = write_page("What holds", study, [found], tmp_path).read_text(encoding="utf-8")
    assert "H3, supported: The difference drives failure (somebody). 1 of 1 test decided." in text
    assert "with Firth's penalty, over 16 of 16 arms; " in text
    assert f"| {said[2].replace('[', chr(92) + '[').replace(']', chr(92) + ']')} |" in text or said[2] in text
    assert "was not measured for these runs" in text


def test_models_of_one_outcome_are_a_family(depths_space: SearchSpace) -> None:
    study = failing(depths_space, 1.2)
    both = judged([asked("H3"), asked("H3 again"), asked("H3 of total", "total_collapse")], study, {}, QUICK)
    first, again, total = (each.models[0] for each in both)
    assert first.effect.p == again.effect.p == pytest.approx(1 / 200)
    assert first.p_adjusted == again.p_adjusted == pytest.approx(2 / 200)
    assert total.p_adjusted == total.effect.p


def test_an_outcome_that_never_varies_is_said(depths_space: SearchSpace) -> None:
    found = judge_one(failing(depths_space, 0.0), asked())
    assert found.verdict is Verdict.UNDECIDED
    assert "No run ended so: no term can show what drives it." in model_sentences.reading(found.models[0])
    assert model_sentences.effect_text(found.models[0]) == "none: 0 of 128 runs ended so"
    assert model_sentences.row(found.models[0])[4:] == ("-", "none yet", "undecided")


def test_missing_runs_leave_it_undecided_and_are_counted(depths_space: SearchSpace) -> None:
    found = judge_one(failing(depths_space, 1.0, runs=6), asked())
    assert (found.verdict, found.missing) == (Verdict.UNDECIDED, 2 * 16)
    assert "16 arms have fewer than 8 runs" in model_sentences.reading(found.models[0])
    assert model_sentences.row(found.models[0])[3] == "96 in 16 of 16 arms, 32 runs missing"
    nothing = judge_one(experiments(depths_space, []), asked())
    assert (nothing.verdict, nothing.missing) == (Verdict.UNDECIDED, 128)
    assert model_sentences.effect_text(nothing.models[0]) == "too few arms with runs"
    assert sentences.headline(nothing).endswith("0 of 1 test decided; 128 runs missing.")


@pytest.mark.parametrize(
    ("claim", "outcome", "said"),
    [
        (Claim.BETTER, "failure", "`failure` less often with"),
        (Claim.WORSE, "success", "`success` less often with"),
        (Claim.AT_LEAST_AS_GOOD, "failure", "`failure` not more often with"),
        (Claim.NO_DIFFERENCE, "failure", "`failure` as often with"),
    ],
)
def test_the_claim_in_words(claim: Claim, outcome: str, said: str, depths_space: SearchSpace) -> None:
    found = judge_one(experiments(depths_space, []), asked(outcome=outcome, claim=claim))
    assert model_sentences.asked(found.models[0]).startswith(said)


def test_what_is_refused(depths_space: SearchSpace) -> None:
    study = experiments(depths_space, [])
    with pytest.raises(ReportError, match=r"must be one of success, .*; got the metric 'frechet_distance'"):
        judge_one(study, asked(outcome="frechet_distance"))
    with pytest.raises(ReportError, match="a measure must be a metric"):
        judge_one(study, asked(outcome="failures"))
    activation = Model("failure", (Selection(experiment="all"),), (Term(("generator.activation",)),), 0)
    with pytest.raises(ReportError, match=r"must be a number in every arm; generator\.activation of"):
        judge_one(study, Hypothesis("H", "So.", "me", (), models=(activation,)))
