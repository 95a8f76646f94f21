"""Ablations: which arms a design comes to, what each is compared with, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gansearch.errors import SpaceError
from gansearch.space import SearchSpace, load_space, parse_space, resolve
from gansearch.space.ablation import Contrast
from gansearch.space.arms import ARM

SPACE = """\
name: few
dataset: {name: ring}
generator: {layers: {int: [2, 3]}}
tricks:
  ema: {enabled: {choice: [false, true]}, decay: {choice: [0.999, 0.99]}}
  label_smoothing: {choice: [false, true]}
  gradient_penalty: {choice: [off, r1_penalty, wgan_gp]}
plan: {kind: ablation, replicates: 8, baseline_replicates: 20}
"""
TWO_LEVELS: Mapping[str, object] = {
    "tricks.gradient_penalty": "{choice: [off, r1_penalty]}",
    "tricks.ema.decay": "0.99",
}
NORM = {"discriminator.normalisation": "{choice: [none, batch]}"}


def ablation(**plan: object) -> SearchSpace:
    return changed({f"plan.{key}": value for key, value in plan.items()})


def changed(changes: Mapping[str, object]) -> SearchSpace:
    return parse_space(SPACE, "few.yaml", changes)


def names(space: SearchSpace) -> list[str]:
    return [arm.name.rpartition("/")[2] for arm in space.arms]


def contrasts(space: SearchSpace) -> tuple[Contrast, ...]:
    assert space.plan.ablation is not None
    return space.plan.ablation.contrasts


def test_one_factor_is_every_other_level_of_each_factor() -> None:
    space = ablation()
    wanted = ["baseline", "generator.layers=3", "r1_penalty", "wgan_gp", "ema", "ema.decay=0.99", "label_smoothing"]
    assert names(space) == wanted
    assert space.arms[1].name == "one_factor/generator.layers=3"
    assert resolve(space.arms[0].settings).tricks == ()
    assert {path: value for path, value in space.arms[1].settings.items() if space.arms[0].settings[path] != value} == {
        "generator.layers": 3
    }
    assert [each.arm for each in contrasts(space)] == [arm.name for arm in space.arms[1:]]


def test_the_field_of_a_trick_is_compared_with_the_trick_alone() -> None:
    space = ablation()
    against = {each.arm: each.against for each in contrasts(space)}
    assert against.pop("one_factor/ema.decay=0.99") == "one_factor/ema"
    assert set(against.values()) == {"baseline"}
    by_name = {arm.name: arm.settings for arm in space.arms}
    assert by_name["one_factor/ema"]["tricks.ema.decay"] == 0.999
    assert by_name["one_factor/ema.decay=0.99"]["tricks.ema.enabled"] is True


def test_a_field_under_two_conditions_has_an_arm_to_be_compared_with() -> None:
    when = "{choice: [0.0, 0.3], when: {generator.layers: 3, tricks.label_smoothing.enabled: true}}"
    space = changed({"generator.dropout": when})
    both = "one_factor/generator.layers=3 + label_smoothing"
    assert [each.against for each in contrasts(space) if each.factor == "generator.dropout"] == [both]
    assert both in [arm.name for arm in space.arms]
    assert both not in [each.arm for each in contrasts(space)]


def test_a_choice_of_one_is_no_factor() -> None:
    space = changed({"generator.dropout": "{choice: [0.3], when: {generator.layers: 3}}"})
    assert [arm.settings["generator.dropout"] for arm in space.arms[:3]] == [0.0, 0.3, 0.0]


def test_the_baseline_can_have_other_levels() -> None:
    for said in ("{tricks.ema.enabled: true, generator.layers: 3.0}", {"tricks": {"ema": {"enabled": True}}}):
        space = ablation(baseline=said)
        assert space.arms[0].settings["tricks.ema.enabled"] is True
        assert "without ema" in names(space)
    assert ablation(baseline="{generator.layers: 3}").arms[0].settings["generator.layers"] == 3


def test_leave_one_out_has_everything_on() -> None:
    space = changed({"plan.design": "leave_one_out", **TWO_LEVELS})
    assert names(space) == [
        "baseline",
        "generator.layers=2",
        "without gradient_penalty",
        "without ema",
        "without label_smoothing",
    ]
    assert len(resolve(space.arms[0].settings).tricks) == 3
    assert {each.against for each in contrasts(space)} == {"baseline"}


def test_a_factorial_has_every_combination_while_no_fraction_is_smaller() -> None:
    space = changed({"plan.design": "factorial", **TWO_LEVELS})
    grid = changed({"plan": {"kind": "grid"}, **TWO_LEVELS})
    assert len(space.arms) == 16
    every = [grid.settings(point) for point in grid.grid()]
    assert all(dict(sorted(arm.settings.items())) in every for arm in space.arms)
    assert names(space)[0] == "baseline"
    assert "generator.layers=3 + r1_penalty + ema + label_smoothing" in names(space)


def test_a_fraction_has_the_baseline_in_it() -> None:
    space = changed({"plan.design": "factorial", "plan.resolution": 4, **TWO_LEVELS})
    assert len(space.arms) == 8
    assert space.arms[0].name == "baseline"
    assert resolve(space.arms[0].settings).tricks == ()
    assert contrasts(space) == ()


@pytest.mark.parametrize("design", ["one_factor", "leave_one_out", "factorial"])
def test_the_arms_are_those_of_any_plan_of_arms(design: str) -> None:
    space = changed({"plan.design": design, **TWO_LEVELS})
    assert [point[ARM] for point in space.grid()] == [arm.name for arm in space.arms]
    for point, arm in zip(space.grid(), space.arms, strict=True):
        assert space.settings(point) == dict(sorted(arm.settings.items()))
        assert arm.experiments == ({} if point[ARM] == "baseline" else {design: arm.name.partition("/")[2]})
    assert [space.replicates(point) for point in space.grid()] == [20] + [8] * (len(space.arms) - 1)
    assert space.plan.is_paired
    assert space.plan.sampler == {"name": "grid"}
    assert parse_space(space.source, "few.yaml").arms == space.arms


def test_an_arm_that_cannot_be_trained_is_refused_by_name_with_the_rule() -> None:
    rule = (
        r"must not meet: trick r1_penalty takes gradients per sample, which discriminator.normalisation: batch couples"
    )
    assert len(changed(NORM).arms) == 8  # one at a time they never meet
    with pytest.raises(SpaceError, match=rf"few.yaml:7: .*{rule}; both are in the arm 'r1_penalty'; got"):
        changed({"discriminator.normalisation": "batch"})
    for design, arms in (("leave_one_out", "'baseline', .* and 1 more"), ("factorial", "'discriminator.norm")):
        with pytest.raises(SpaceError, match=rf"{rule}; both are in the arms {arms}") as caught:
            changed({"plan.design": design, **TWO_LEVELS, **NORM})
        assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"plan.design": "factorail"}, r"plan.design: must be one of one_factor, .*did you mean 'factorial'"),
        ({"plan.resolution": 4}, "plan.resolution: must be left out unless plan.design is factorial"),
        ({"plan.resolution": 3, "plan.design": "factorial"}, "plan.resolution: must be one of 4, 5; got 3"),
        ({"plan.baseline": "3"}, "plan.baseline: must be a mapping from factors to levels"),
        (
            {"plan.baseline": "{tricks.emma.enabled: true}"},
            r"must name a factor of this ablation; .*did you mean 'tricks.ema.enabled'",
        ),
        ({"plan.baseline": "{generator.layers: 4}"}, "must be a level of generator.layers: 2, 3; got 4"),
        ({"plan.baseline": "{generator.layers: [2]}"}, "must be a level of generator.layers: 2, 3"),
        ({"plan.baseline": "{tricks.ema.enabled: 1}"}, "must be a level of tricks.ema.enabled: false, true; got 1"),
        ({"plan.pruner": "median"}, "plan.pruner: must be left out in an ablation: arms are compared at their full"),
        ({"plan.trials": 3}, "plan.trials: must be left out in an ablation: its design says how many"),
        ({"plan.sampler": "tpe"}, "plan.sampler: must be left out in an ablation"),
        ({"plan.enqueue": ["defaults"]}, "plan.enqueue: must be left out in an ablation"),
        ({"plan.max_active_tricks": 1}, "plan.max_active_tricks: must be left out in an ablation"),
        ({"plan.experiments": "{E: }"}, "plan.kind: must be grid where there are plan.experiments"),
        ({"plan.baseline_replicates": 3}, "plan.baseline_replicates: must be at least plan.replicates, 8"),
        ({"plan.design": "leave_one_out"}, r"few.yaml:7: tricks.gradient_penalty: must have two levels where plan.des"),
        ({"plan.design": "factorial"}, r"few.yaml:7: tricks.gradient_penalty: must have two levels"),
        ({"generator.width": "{int: [1, 16000]}"}, "plan: must have at most 10000 arms; got 160"),
        (
            {"plan.design": "factorial", **TWO_LEVELS, "tricks.ema.decay": "{choice: [0.9, 0.99]}"},
            "tricks.ema.decay: must not depend on other factors in a factorial; it is asked for only where",
        ),
        (
            {
                "plan.design": "leave_one_out",
                **TWO_LEVELS,
                "generator.dropout": "{choice: [0.0, 0.3], when: {generator.layers: 2}}",
            },
            "generator.dropout: must be asked for in the baseline, where every factor is on",
        ),
        (
            {
                "generator.dropout": "{choice: [0.3], when: {generator.layers: 2}}",
                "discriminator.dropout": "{choice: [0.0, 0.1], when: {generator.dropout: 0.3, generator.layers: 3}}",
            },
            "discriminator.dropout: must be asked for at some level of the other factors",
        ),
    ],
)
def test_what_is_refused(changes: Mapping[str, object], said: str) -> None:
    with pytest.raises(SpaceError, match=said):
        changed(changes)


def test_everything_beside_it_is_refused_at_once() -> None:
    with pytest.raises(SpaceError) as caught:
        changed({"plan.pruner": "median", "plan.trials": 3, "plan.sampler": "tpe"})
    assert len(caught.value.problems) == 3


def test_more_factors_than_any_plan_has_arms(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("pass\n", encoding="utf-8")
    parameters = "".join(f"  p{number}: {{choice: [0, 1]}}\n" for number in range(100))
    text = (
        "name: many\nscript: {file: train.py}\ntraining: {epochs: 1}\n"
        f"parameters:\n{parameters}"
        "plan: {kind: ablation, design: factorial, objective: {metric: loss, direction: minimize}}\n"
    )
    with pytest.raises(SpaceError, match="plan: must have fewer factors: at resolution 5 they need more than 10000"):
        parse_space(text, str(tmp_path / "many.yaml"))
    space = parse_space(text, str(tmp_path / "many.yaml"), {"plan.design": "one_factor"})
    assert names(space)[1] == "parameters.p0=1"


def test_the_shipped_one_is_of_resolution_v() -> None:
    space = load_space("ablation")
    assert len(space.arms) == 16
    baseline = load_space("tricks/mlp").arms[0].settings
    assert baseline.items() <= space.arms[0].settings.items()
    assert resolve(space.arms[0].settings).tricks == ()
