"""What MLflow is told of a plan: what varies, which arm a trial is, which way is better."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gansearch.executors.study_about import arm_tags, direction_of, study_about, varying_settings
from gansearch.records import Assignment, TrialIdentity
from gansearch.space import SearchSpace, parse_space

Ring = Callable[..., SearchSpace]
ARMS = """
name: arms
dataset: {name: ring, train_samples: 640, test_samples: 1000}
generator: {layers: 2, width: 16, latent_size: 4, init: he}
discriminator: {layers: 2, width: 16}
training: {batch_size: 32, epochs: 2}
plan:
  kind: grid
  replicates: 2
  objective: {metric: frechet_distance}
  experiments:
    E1: {grid: {generator.init: [he, torch]}}
    E2: {arms: {smooth: {tricks.label_smoothing.enabled: true}, other: {generator.init: torch}}}
"""


def assigned(space: SearchSpace, parameters: dict[str, object]) -> Assignment:
    return Assignment(TrialIdentity("s", 0), 1, 0, space.settings(parameters), parameters)  # type: ignore[arg-type]


def test_a_search_shows_what_it_searches_and_nothing_that_is_fixed(ring: Ring) -> None:
    space = ring()
    assignment = assigned(space, space.default_parameters())  # type: ignore[arg-type]
    assert set(varying_settings(space, assignment)) == {
        "generator.init", "discriminator.dropout", "optimizer.generator.lr"
    }  # fmt: skip
    assert arm_tags(space, assignment.parameters) == {}
    about = study_about(space, "rings")
    assert about.varying["optimizer.generator.lr"] == "0.0001 to 0.01, log"
    assert about.varying["generator.init"] == "he, torch"
    assert (about.name, about.kind, about.objectives, about.arms) == ("rings", "search", ["frechet_distance"], {})


def test_an_arm_shows_its_name_and_what_any_arm_changes() -> None:
    space = parse_space(ARMS, "arms.yaml")
    shown = {arm.name: varying_settings(space, assigned(space, {"arm": arm.name})) for arm in space.arms}
    assert shown["baseline"]["arm"] == "baseline"
    assert {settings["generator.init"] for settings in shown.values()} == {"he", "torch"}
    assert all("training.epochs" not in settings for settings in shown.values())
    smooth = next(settings for name, settings in shown.items() if name.endswith("smooth"))
    assert any(path.startswith("tricks.label_smoothing") for path in smooth)


def test_an_arm_of_two_experiments_tells_what_each_calls_it() -> None:
    space = parse_space(ARMS, "arms.yaml")
    torch = next(arm for arm in space.arms if len(arm.experiments) == 2 and arm.name != "baseline")
    tags = arm_tags(space, {"arm": torch.name})
    assert tags["arm"] == torch.name
    assert tags["experiment.E2"] == "other"
    assert "experiment.E1" in tags
    about = study_about(space, "arms")
    assert (next(iter(about.arms)), about.experiments, about.replicates) == ("baseline", ["E1", "E2"], 2)
    assert "`generator.init` torch" in about.arms[torch.name]


@pytest.mark.parametrize(
    ("metric", "direction"), [("frechet_distance", "minimize"), ("classes_covered", "maximize"), ("own", None)]
)
def test_which_values_are_better(ring: Ring, metric: str, direction: str | None) -> None:
    assert direction_of(ring(), metric) == direction


def test_the_plan_wins_over_the_metric(ring: Ring) -> None:
    from dataclasses import replace

    space = ring()
    aimed = replace(space.plan, objectives=(replace(space.plan.objectives[0], direction="maximize"),))
    assert direction_of(replace(space, plan=aimed), "frechet_distance") == "maximize"
