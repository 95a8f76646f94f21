"""Changes from the command line stand as if they stood in the file."""

from __future__ import annotations

import pytest

from gansearch.dimensions import Choice, Int
from gansearch.errors import SpaceError
from gansearch.space import SearchSpace, parse_space

TEXT = """\
# A small space.
name: small
dataset: ring
loss: minimax
generator: {layers: {int: [2, 7]}}
plan: {trials: 5, sampler: tpe, enqueue: [defaults]}
"""


def changed(overrides: dict[str, object]) -> SearchSpace:
    return parse_space(TEXT, "small.yaml", overrides)


def test_values_and_dimensions() -> None:
    space = changed(
        {
            "plan.trials": 8,
            "training.epochs": "2",
            "generator.layers": "{int: [3, 4]}",
            "generator.init": {"choice": ["he", "torch"]},
            "optimizer.generator.lr": "1e-4",
            "detectors.mode": "off",
            "tricks.gradient_penalty": "r1_penalty",
        }
    )
    assert space.plan.trials == 8
    assert space.fixed["training.epochs"] == 2
    assert [each.dimension for each in space.parameters] == [Int(3, 4), Choice(("he", "torch"))]
    assert space.fixed["optimizer.generator.lr"] == 1e-4
    assert space.detectors.mode == "off"
    assert space.fixed["tricks.gradient_penalty"] == "r1_penalty"


def test_a_field_beside_a_short_form() -> None:
    space = changed({"plan.sampler.n_startup_trials": 3, "dataset.seed": 7, "loss.name": "non_saturating"})
    assert space.plan.sampler == {"name": "tpe", "n_startup_trials": 3}
    assert (space.fixed["dataset.name"], space.fixed["dataset.seed"]) == ("ring", 7)
    assert space.fixed["loss.name"] == "non_saturating"


def test_the_source_alone_says_what_is_run() -> None:
    assert parse_space(TEXT, "small.yaml").source == TEXT
    space = changed({"plan.trials": 8, "generator.dropout": "{float: [0, 0.5]}"})
    assert space.source.startswith("# small.yaml with changes from the command line:\n#   plan.trials: 8\n")
    again = parse_space(space.source, "small.yaml")
    assert (again.parameters, again.fixed, again.plan) == (space.parameters, space.fixed, space.plan)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"plan.trails": 8}, r"^command line: plan\.trails: must be a key of plan: .* \(did you mean 'trials'\?\)$"),
        (
            {"generator.layers": 1000},
            r"^command line: generator\.layers: must be a whole number in \[1, 100\]; got 1000$",
        ),
        ({"generator.layers": "{int: [7, 3]}"}, r"^command line: generator\.layers\.int: must be \[low, high\]"),
        ({"name.first": 1}, r"^command line: name\.first: must lie in a mapping; name is small; got 1$"),
        ({"generator.layers": "[1"}, r"^command line:1: \(file\): must be YAML"),
        ({"generatr.layers": 3}, r"^command line: generatr: must be a section: .* \(did you mean 'generator'\?\)$"),
    ],
)
def test_what_is_wrong_is_on_the_command_line(overrides: dict[str, object], message: str) -> None:
    with pytest.raises(SpaceError, match=message):
        changed(overrides)
