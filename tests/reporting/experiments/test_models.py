"""Models in YAML: what they come to, and what is refused with its line."""

from __future__ import annotations

import pytest

from gansearch.errors import SpaceError
from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments.hypotheses import parse_hypotheses
from gansearch.reporting.experiments.models import Model
from gansearch.reporting.experiments.samples import Selection
from gansearch.reporting.experiments.terms import Term

ONE = """\
- name: H3
  claim: The difference of the depths drives failure.
  source: somebody
  models:
    - outcome: failure
      arms: [baseline, {experiment: depth}]
      terms: [g, d, abs(g - d)]
      tested: abs(g - d)
"""


def test_a_model() -> None:
    (found,) = parse_hypotheses(ONE, "h.yaml")
    arms = (Selection(("baseline",)), Selection(experiment="depth"))
    terms = (Term(("g",)), Term(("d",)), Term(("g", "d")))
    assert found.models == (Model("failure", arms, terms, 2, Claim.WORSE),)
    assert found.comparisons == ()


def test_without_more_the_last_term_is_tested_for_worse() -> None:
    (one,) = parse_hypotheses(ONE, "h.yaml")
    (other,) = parse_hypotheses(ONE.replace("      tested: abs(g - d)\n", ""), "h.yaml")
    assert one == other
    (third,) = parse_hypotheses(ONE.replace("tested: abs(g - d)", "tested: d\n      claim: no_difference"), "h.yaml")
    assert (third.models[0].tested, third.models[0].claim) == (1, Claim.NO_DIFFERENCE)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("      terms: [g, d, abs(g - d)]\n", "", r"h.yaml:5: .*terms: must be given"),
        ("[g, d, abs(g - d)]", "[g, d, g * d]", r"h.yaml:7: .*must be a setting, as generator.layers, or abs"),
        ("[g, d, abs(g - d)]", "[g, 3]", r"h.yaml:7: .*must be a setting"),
        ("[g, d, abs(g - d)]", "[g, g]", r"h.yaml:7: .*must differ from the other terms"),
        ("[g, d, abs(g - d)]", "g", r"h.yaml:7: .*must be a list of terms"),
        ("tested: abs(g - d)", "tested: abs(d - g)", r"h.yaml:8: .*tested: must be one of the terms: g, d, abs\(g - d"),
        ("[baseline, {experiment: depth}]", "[]", r"h.yaml:6: .*must be a list of at least one arm"),
        ("[baseline, {experiment: depth}]", "[{where: {}}]", r"h.yaml:6: .*must be an arm as E1/elu"),
        ("tested: abs(g - d)", "claim: never", r"h.yaml:8: .*claim: must be one of better, worse"),
        ("outcome: failure", "outcom: failure", r"h.yaml:5: .*outcom: must be a key of .*'outcome'"),
    ],
)
def test_what_is_refused(old: str, new: str, said: str) -> None:
    assert old in ONE
    with pytest.raises(SpaceError, match=said):
        parse_hypotheses(ONE.replace(old, new), "h.yaml")


def test_an_empty_list_is_refused() -> None:
    text = ONE[: ONE.index("  models:")] + "  models: []\n"
    with pytest.raises(SpaceError, match=r"h.yaml:4: .*models: must be a list of at least one model"):
        parse_hypotheses(text, "h.yaml")


def test_a_hypothesis_must_rest_on_something() -> None:
    text = ONE[: ONE.index("  models:")]
    with pytest.raises(SpaceError, match=r"h.yaml:1: .*comparisons: must be given, or models, or interactions"):
        parse_hypotheses(text, "h.yaml")
