"""Several studies on one page: alike, unlike, empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gansearch.reporting.document import to_html, to_markdown
from gansearch.reporting.joint_findings import joint_findings
from gansearch.reporting.material import StudyMaterial
from gansearch.reporting.shared_arms import rank_shared_arms

MakeArms = Callable[..., StudyMaterial]


def page(*studies: StudyMaterial) -> str:
    return to_markdown(joint_findings(studies))


def test_arms_are_ranked_within_each_study(make_arms: MakeArms) -> None:
    studies = make_arms(name="first"), make_arms(name="second", data="digits")
    text = page(*studies)
    assert "3 arms that all 2 studies have, ranked by `frechet_distance` within each study" in text
    assert "| `baseline` | 1 | - | 1 (2) | 1 (2) |" in text
    assert "Whether an order holds on other data is tested from 5 studies on; there are 2." in text
    assert "| `second` | digits | grid | 6 | 6 | 0 of 6 | minimize `frechet_distance` | 30 | `second-0-r0` |" in text
    assert "The studies have different search spaces" in text
    assert "not pooled" in text


def test_an_arm_without_runs_is_left_out(make_arms: MakeArms) -> None:
    found = rank_shared_arms([make_arms(3, name="first"), make_arms(2, name="second")])
    assert found.ranking is not None
    assert found.ranking.left_out == ("depth/generator.layers=4",)
    assert "Without a run in some study, and so left out: `depth/generator.layers=4`." in page(
        make_arms(3, name="first"), make_arms(2, name="second")
    )


def test_arms_of_one_name_that_are_not_equal_are_not_ranked(make_arms: MakeArms) -> None:
    first, second = make_arms(name="first"), make_arms(name="second")
    arms = second.space.arms
    other = replace(arms[1], settings={**arms[1].settings, "generator.width": 7})
    changed = replace(second, space=replace(second.space, arms=(arms[0], other, arms[2])))
    found = rank_shared_arms([first, changed])
    assert found.different == ("depth/generator.layers=3",)
    assert found.ranking is not None
    assert {arm.name for arm in found.ranking.arms} == {"baseline", "depth/generator.layers=4"}


def test_a_search_beside_arms(make_arms: MakeArms, mixed_study: StudyMaterial) -> None:
    text = page(make_arms(), mixed_study)
    assert "Arms are not ranked across the studies: `digits` has no plan of experiments." in text
    assert "Runs still go on in `digits`, so this page is preliminary." in text
    assert "| `collapsed` | 0 | 1 (8 %) |" in text


def test_equal_searches_have_one_space(mixed_study: StudyMaterial) -> None:
    text = page(mixed_study, replace(mixed_study, name="again"))
    assert "The studies have one search space" in text
    assert "## Arms across the studies" not in text
    assert "have equal settings (n = 1 each)" in text


def test_studies_without_runs(make_study: Callable[..., StudyMaterial], make_arms: MakeArms) -> None:
    text = page(make_study(), make_arms(0, name="empty"))
    assert "`digits`: No run has begun (n = 0): there is nothing to report yet." in text
    assert "No run has completed in `digits`, `empty`." in text
    assert "there is nothing to set side by side" in text
    assert "No arm that all studies have has runs in each of them" in page(make_arms(0), make_arms(0, name="empty"))
    assert "<h1>" in to_html(joint_findings([make_study(), make_arms(0)]))
