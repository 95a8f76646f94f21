"""Hypotheses in YAML: what they come to, and what is refused; those that come with the project fit their space."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gansearch.errors import SpaceError
from gansearch.records import Setting
from gansearch.reporting.effects.verdicts import Claim, Verdict
from gansearch.reporting.experiments.hypotheses import Comparison, Hypothesis, load_hypotheses, parse_hypotheses
from gansearch.reporting.experiments.judging import judged
from gansearch.reporting.experiments.measures import reading
from gansearch.reporting.experiments.runs import Experiments
from gansearch.reporting.experiments.samples import Selection, chosen
from gansearch.space import load_space

ONE = """\
- name: H12
  claim: A rate of 1e-4 is best.
  source: somebody
  comparisons:
    - {arm: E11/1e-4, against: E11/1e-3}
"""


def test_a_comparison_is_against_the_baseline_by_the_distance_and_for_better() -> None:
    (found,) = parse_hypotheses(ONE.replace(", against: E11/1e-3", ""), "h.yaml")
    expected = Comparison(Selection(("E11/1e-4",)), Claim.BETTER, "frechet_distance", Selection(("baseline",)))
    assert found == Hypothesis("H12", "A rate of 1e-4 is best.", "somebody", (expected,))


def test_arms_by_name_together_and_by_their_settings() -> None:
    against = "{experiment: E7, where: {generator.dropout: [0.3, 0.6], loss.name: hinge}}"
    text = f"{ONE}    - {{arm: [E1/elu, E1/gelu], against: {against}, claim: never, measure: success}}\n"
    _, second = parse_hypotheses(text, "h.yaml")[0].comparisons
    where: dict[str, tuple[Setting, ...]] = {"generator.dropout": (0.3, 0.6), "loss.name": ("hinge",)}
    assert second.arm == Selection(("E1/elu", "E1/gelu"))
    assert second.against == Selection(experiment="E7", where=where)
    assert (second.claim, second.measure) == (Claim.NEVER, "success")
    assert str(second.arm) == "E1/elu + E1/gelu"
    assert str(second.against) == "E7 where generator.dropout in 0.3, 0.6 and loss.name in hinge"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: H1\n", r"h.yaml:1: \(file\): must be a list of hypotheses"),
        (ONE.replace("  source: somebody\n", ""), r"h.yaml:1: .*source: must be given"),
        (ONE.replace("somebody", '""'), r"h.yaml:3: .*source: must be a word"),
        (
            ONE.replace("    - {arm: E11/1e-4, against: E11/1e-3}\n", "    []\n"),
            "must be a list of at least one comparison",
        ),
        (ONE.replace("arm: E11/1e-4", "arm: [3]"), r"h.yaml:5: .*arm: must be an arm as E1/elu, a list of such"),
        (ONE.replace("arm: E11/1e-4", "arm: {experiment: E1, wher: {}}"), r"h.yaml:5: .*wher: must be a key.*'where'"),
        (ONE.replace("arm: E11/1e-4", "arm: {experiment: E1, where: 3}"), "must be a mapping from settings to values"),
        (
            ONE.replace("arm: E11/1e-4", "arm: {experiment: E1, where: {a.b: []}}"),
            "must be a value or a list of values",
        ),
        (ONE.replace("against: E11/1e-3", "claim: bettre"), r"claim: must be one of better, worse.*'better'"),
        (ONE.replace("against: E11/1e-3", "agianst: E11/1e-3"), r"agianst: must be a key of .*'against'"),
        (ONE + ONE, r"h.yaml:6: .*name: must differ from the other hypotheses' names"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(SpaceError, match=said):
        parse_hypotheses(text, "h.yaml")


@pytest.mark.parametrize(
    ("name", "space"),
    [("seed_003", "seed_003/all"), ("tricks", "tricks/mlp"), ("tricks_dcgan", "tricks/dcgan")],
)
def test_those_that_come_with_the_project_fit_their_space(name: str, space: str) -> None:
    experiments = Experiments(load_space(space), ())
    hypotheses = load_hypotheses(name)
    for hypothesis in hypotheses:
        assert hypothesis.change, hypothesis.name
        for each in hypothesis.comparisons:
            reading(each.measure, {})
            arms, against = ({arm.name for arm in chosen(part, experiments)} for part in (each.arm, each.against))
            # Of a claim about a share alone the other side says nothing.
            assert each.claim in (Claim.NEVER, Claim.ALWAYS) or not arms & against, f"{hypothesis.name}: {each}"
    others = [replace(each, comparisons=()) for each in hypotheses if each.models or each.interactions]
    found = judged(others, experiments, {})  # refuses arms, outcomes and terms that there are not
    assert all(each.verdict is Verdict.UNDECIDED for each in found)
    assert all(each.missing > 0 for each in found)


def test_terms_of_seed_003_that_differ_in_nothing_but_depths() -> None:
    experiments = Experiments(load_space("seed_003/all"), ())
    (found,) = (each for each in load_hypotheses("seed_003") if each.name == "H3")
    arms = [arm for part in found.models[0].arms for arm in chosen(part, experiments)]
    depths = ("generator.layers", "discriminator.layers")
    others = [{path: value for path, value in arm.settings.items() if path not in depths} for arm in arms]
    assert all(each == others[0] for each in others)
    same = [
        arm
        for arm in experiments.space.arms
        if {**arm.settings, **dict.fromkeys(depths)} == {**others[0], **dict.fromkeys(depths)}
    ]
    assert {arm.name for arm in same} == {arm.name for arm in arms}


def test_the_report_s_claims_are_all_there() -> None:
    names = {each.name for each in load_hypotheses("seed_003")}
    assert {f"H{number}" for number in range(1, 16)} <= names
    assert {"H1 (He)", "H2 (rival)", "H3 (He)", "H4 (He)"} <= names
