"""Interactions in YAML: what they come to, and what is refused with its line."""

from __future__ import annotations

import pytest

from gansearch.errors import SpaceError
from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments.hypotheses import parse_hypotheses
from gansearch.reporting.experiments.interactions import Change, Interaction
from gansearch.reporting.experiments.samples import Selection

ONE = """\
- name: H27
  claim: More steps help, the more so with noise.
  source: somebody
  interactions:
    - effect: {arm: steps/both, against: noise/on}
      than: {arm: steps/two, against: baseline}
"""


def selected(name: str) -> Selection:
    return Selection((name,))


def test_an_interaction_is_by_the_distance_and_for_better() -> None:
    (found,) = parse_hypotheses(ONE, "h.yaml")
    effect = Change(selected("steps/both"), selected("noise/on"))
    than = Change(selected("steps/two"), selected("baseline"))
    assert found.interactions == (Interaction(effect, than, Claim.BETTER, "frechet_distance"),)
    assert str(effect) == "steps/both v noise/on"
    (other,) = parse_hypotheses(f"{ONE}      measure: coverage\n      claim: worse\n", "h.yaml")
    assert (other.interactions[0].measure, other.interactions[0].claim) == ("coverage", Claim.WORSE)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("      than: {arm: steps/two, against: baseline}\n", "", r"h.yaml:5: .*than: must be given"),
        (", against: baseline", "", r"h.yaml:6: .*against: must be given"),
        ("than: {arm: steps/two, against: baseline}", "than: baseline", r"h.yaml:6: .*than: must be a mapping"),
        ("arm: steps/two", "arm: 3", r"h.yaml:6: .*arm: must be an arm as E1/elu"),
        ("than:", "then:", r"h.yaml:6: .*then: must be a key of .*'than'"),
    ],
)
def test_what_is_refused(old: str, new: str, said: str) -> None:
    assert old in ONE
    with pytest.raises(SpaceError, match=said):
        parse_hypotheses(ONE.replace(old, new), "h.yaml")
