"""Plans of experiments: which arms they come to, what they share, and what is refused."""

from __future__ import annotations

import pytest

from gansearch.errors import SpaceError
from gansearch.space import SearchSpace, parse_space, resolve
from gansearch.space.arms import ARM

SPACE = """\
name: few
dataset: {name: ring}
generator: {layers: 3}
discriminator: {layers: 2}
plan:
  kind: grid
  replicates: 2
"""


def experiments(text: str, more: str = "") -> SearchSpace:
    return parse_space(f"{SPACE}{more}  experiments:\n{text}", "few.yaml")


def names(space: SearchSpace) -> list[str]:
    return [arm.name for arm in space.arms]


def test_the_baseline_comes_first_and_needs_no_experiment() -> None:
    space = experiments("    E4: {grid: {discriminator.layers: [3]}}\n")
    assert names(space) == ["baseline", "E4/discriminator.layers=3"]
    assert space.arms[0].experiments == {}
    assert names(experiments("    E0:\n")) == ["baseline"]
    assert experiments("    E0:\n").arms[0].experiments == {"E0": "baseline"}


def test_a_grid_is_every_combination_on_top_of_the_settings() -> None:
    space = experiments(
        "    E: {settings: {generator.layers: 5}, grid: {generator.width: [32, 64], discriminator.layers: [2, 4]}}\n"
    )
    found = [[arm.settings[path] for path in COLUMNS] for arm in space.arms]
    assert found == [[3, 256, 2], [5, 32, 2], [5, 32, 4], [5, 64, 2], [5, 64, 4]]


COLUMNS = ("generator.layers", "generator.width", "discriminator.layers")


def test_arms_by_name_and_in_a_list_meet_the_grid() -> None:
    by_name = experiments("    E: {arms: {deep: {generator.layers: 6}}, grid: {discriminator.layers: [3, 4]}}\n")
    assert names(by_name)[1:] == ["E/deep discriminator.layers=3", "E/deep discriminator.layers=4"]
    listed = experiments("    E: {arms: [{generator.layers: 6}, {generator.layers: 7, discriminator.layers: 7}]}\n")
    assert names(listed)[1:] == ["E/generator.layers=6", "E/generator.layers=7 discriminator.layers=7"]


def test_an_arm_can_change_whole_sections() -> None:
    space = experiments("    T: {arms: {r1: {tricks.gradient_penalty: r1_penalty}, hinge: {loss: hinge}}}\n")
    plain, r1, hinge = (resolve(arm.settings) for arm in space.arms)
    assert [type(trick).name for trick in r1.tricks] == ["r1_penalty"]
    assert (plain.tricks, plain.loss.name, hinge.loss.name) == ((), "non_saturating", "hinge")
    # What only the others have is no setting of an arm.
    assert "tricks.r1_penalty.gamma" not in space.settings({ARM: "T/hinge"})
    assert "loss.form" not in space.settings({ARM: "T/hinge"})


def test_equal_configurations_are_one_arm() -> None:
    space = experiments(
        "    A: {grid: {generator.layers: [3, 4]}}\n"
        "    B: {arms: {same: {generator.layers: 4}, other: {generator.dropout: 0.0}}}\n"
    )
    assert [(arm.name, arm.experiments) for arm in space.arms] == [
        ("baseline", {"A": "generator.layers=3", "B": "other"}),
        ("A/generator.layers=4", {"A": "generator.layers=4", "B": "same"}),
    ]


def test_the_names_of_arms_do_not_hang_on_how_numbers_are_spelt() -> None:
    text = "    E: {grid: {optimizer.generator.lr: [1e-3, 2.0e-5], generator.dropout: [0, 0.0]}}\n"
    with pytest.raises(SpaceError, match=r"few.yaml:9: .* must differ from the other arms of its experiment"):
        experiments(text)
    space = experiments(text.replace("[0, 0.0]", "[0.5]"))
    again = parse_space(space.source, "few.yaml", {"plan.seed": 3})
    assert (
        names(again)
        == names(space)
        == ["baseline", *(f"E/optimizer.generator.lr={rate} generator.dropout=0.5" for rate in ("0.001", "2e-05"))]
    )
    assert again.arms == space.arms


def test_settings_of_an_arm_are_those_of_the_space() -> None:
    space = experiments("    E: {grid: {generator.layers: [4, 5], generator.activation: [elu, relu]}}\n")
    for point, arm in zip(space.grid(), space.arms, strict=True):
        assert point == {ARM: arm.name}
        assert space.settings(point) == dict(sorted(arm.settings.items()))
    with pytest.raises(SpaceError, match=r"arm: must be one of baseline, .*did you mean 'E/generator.layers=4"):
        space.settings({ARM: "E/generator.layers=4 generator.activation=el"})


def test_the_baseline_may_have_more_runs() -> None:
    space = experiments("    E: {grid: {generator.layers: [4]}}\n", "  baseline_replicates: 5\n")
    assert [space.replicates(point) for point in space.grid()] == [5, 2]
    assert space.plan.is_paired
    assert not parse_space("name: g\ndataset: {name: ring}\nplan: {kind: grid}\n", "g.yaml").plan.is_paired


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("    E: 3\n", "", r":9: plan.experiments.E: must be a mapping with some of settings, grid, arms, or nothing"),
        ("    E: {gird: {}}\n", "", r":9: plan.experiments.E.gird: must be a key of an experiment.*'grid'"),
        ("    E: {grid: {generator.layers: 3}}\n", "", r":9: .*generator.layers: must be a list of at least one value"),
        (
            "    E: {grid: [3]}\n",
            "",
            r":9: plan.experiments.E.grid: must be a mapping from settings to lists of values",
        ),
        ("    E: {settings: 3}\n", "", r":9: plan.experiments.E.settings: must be a mapping from settings to values"),
        ("    E: {arms: 3}\n", "", r":9: plan.experiments.E.arms: must be a list of mappings from settings to values"),
        ("    E: {arms: {a: 3}}\n", "", r":9: plan.experiments.E.arms.a: must be a mapping from settings to values"),
        ("    E:\n      grid:\n        generator.layers: [3, 99999]\n", "", r":11: generator.layers: must be"),
        ("    E: {arms: {a: {generator.layer: 3}}}\n", "", r":9: generator.layer: must be a field.*'layers'"),
        ("    E: {arms: {a: {genrator.layers: 3}}}\n", "", r"few.yaml:9: genrator: must be a section.*'generator'"),
        ("    E: {arms: {a: {loss: hing}}}\n", "", r":9: loss.*: must be one of .*'hinge'"),
        (
            "    E: {arms: {a: {generator.layers: {int: [2, 4]}}}}\n",
            "",
            r"generator.layers: must be fixed where there are",
        ),
        (
            "    E:\n",
            "  enqueue: [defaults]\n",
            r":8: plan.enqueue: must be left out beside plan.experiments: every arm",
        ),
        (
            "    E:\n",
            "  max_active_tricks: 2\n",
            r":8: plan.max_active_tricks: must be left out beside plan.experiments",
        ),
        (
            "    E:\n",
            "  pruner: median\n",
            r":8: plan.pruner: must be left out beside plan.experiments: arms are compared",
        ),
        (
            "    E: {grid: {dataset.name: [ring, grid]}}\n",
            "",
            r":8: plan.experiments: must leave the data set as it is",
        ),
        ("    E:\n", "  sampler: tpe\n", r":8: plan.sampler: must be left out: a grid tries every combination"),
        (
            "    E:\n",
            "  baseline_replicates: 1\n",
            r":8: plan.baseline_replicates: must be at least plan.replicates, 2",
        ),
    ],
)
def test_what_is_refused(text: str, more: str, said: str) -> None:
    with pytest.raises(SpaceError, match=said):
        experiments(text, more)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"plan.kind": "search", "plan.trials": 3}, "plan.kind: must be grid where there are plan.experiments"),
        ({"plan.replicates": 1, "plan.baseline_replicates": 3}, "must be left out where plan.replicates is 1"),
        ({"generator.layers": "{int: [2, 4]}"}, "generator.layers: must be fixed where there are plan.experiments"),
        ({"plan.experiments": "3"}, "must be a mapping from names of experiments to settings, grid and arms"),
        (
            {
                "plan.experiments.E": {"grid": {"generator.width": [8, 16], "generator.layers": list(range(2, 9000))}},
            },
            "must have at most 10000 arms",
        ),
    ],
)
def test_what_does_not_suit_them(changes: dict[str, object], said: str) -> None:
    with pytest.raises(SpaceError, match=said):
        parse_space(f"{SPACE}  experiments: {{E: }}\n", "few.yaml", changes)


def test_a_baseline_needs_experiments() -> None:
    with pytest.raises(SpaceError, match=r"baseline_replicates: must be left out without plan.experiments"):
        parse_space(f"{SPACE}  baseline_replicates: 4\n", "few.yaml")


def test_a_mistake_that_all_arms_share_is_said_once() -> None:
    with pytest.raises(SpaceError) as caught:
        experiments("    E:\n      settings: {generator.widht: 3}\n      grid: {generator.layers: [3, 4, 5]}\n")
    (problem,) = caught.value.problems
    assert (problem.line, problem.key, problem.suggestion) == (10, "generator.widht", "width")
