"""The spaces that come with gansearch, and the example of the design: whatever they sample can be trained."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace

import pytest

from gansearch.dimensions import Choice, Dimension, Float, Int
from gansearch.records import Setting
from gansearch.space import SearchSpace, describe, list_spaces, load_space, parse_space, resolve
from gansearch.space.arms import ARM
from gansearch.training import Configuration
from gansearch.tricks import tricks

NAMES = [entry.name for entry in list_spaces()]

EXAMPLE = """\
name: mnist-mlp
dataset: {name: mnist}
generator: {architecture: mlp, layers: {int: [2, 7]}, width: 256, activation: {choice: [relu, leaky_relu, elu, gelu, relu6]}, dropout: {float: [0.0, 0.6]}}
discriminator: {architecture: mlp, layers: {int: [2, 5]}, dropout: {float: [0.0, 0.6]}}
optimizer: {generator: {lr: {float: [1e-5, 1e-3], log: true}}, discriminator: {lr: {float: [1e-5, 1e-3], log: true}}}
tricks:
  label_smoothing: {enabled: {choice: [true, false]}, real: {float: [0.7, 1.0]}}   # `real` is asked for only when enabled
  gradient_penalty: {choice: [off, r1_penalty, wgan_gp]}                           # a slot: one key, a choice among its tricks
training: {batch_size: 128, epochs: 100, evaluate_every: 5}
resources: {cpu: 1, gpu: 0, lanes: auto}
plan: {kind: search, trials: 200, replicates: 1, sampler: tpe, pruner: hyperband, objective: {metric: frechet_distance, value: mean_last_3, generator: ema}, enqueue: [defaults]}
detectors: {mode: enforce}
"""  # noqa: E501 (as the design writes it)


def chooser(source: random.Random) -> Callable[[str, Dimension], Setting]:
    def choose(_: str, dimension: Dimension) -> Setting:
        if isinstance(dimension, Choice):
            return source.choice(dimension.choices)
        if isinstance(dimension, Int):
            return source.randrange(dimension.low, dimension.high + 1, dimension.step or 1)
        assert isinstance(dimension, Float)
        return source.uniform(dimension.low, dimension.high)

    return choose


def shipped(name: str) -> SearchSpace:
    return parse_space(EXAMPLE, "design.yaml") if name == "design" else load_space(name)


def misfits(configuration: Configuration) -> list[str]:
    """What the facts of the parts say against training them together, told once more from what is built."""
    loss, network = configuration.loss.facts, configuration.discriminator.facts
    every = [each.facts for each in (configuration.generator, configuration.discriminator, configuration.loss)]
    every += [trick.facts for trick in configuration.tricks]
    counted = Counter(name for facts in every for name, holds in asdict(facts).items() if holds)
    coupled = counted["couples_batch"] - configuration.generator.facts.couples_batch
    geometry = configuration.dataset.geometry
    has_classes = geometry.classes > 0 or configuration.training.labels == "kmeans"
    wrong = {
        "couples the batch": counted["needs_independent_samples"] and coupled,
        "has no targets": counted["needs_targets"] and not loss.has_targets,
        "has no probabilities": counted["needs_probability_loss"] and not loss.is_probability_loss,
        "has other scores": loss.needs_energies != network.gives_energies,
        "has no features": counted["needs_features"] and not network.gives_features,
        "packs samples": counted["packs_samples"] and counted["needs_single_samples"],
        "has other fakes": counted["replaces_fakes"] and counted["needs_latents"],
        "shapes latents twice": counted["shapes_latents"] > 1,
        "makes scores twice": counted["makes_scores"] > 1,
        "has no classes": counted["needs_labels"] and not has_classes,
        "has no images": counted["needs_images"] and len(geometry.shape) != 3,
    }
    return [what for what, is_so in wrong.items() if is_so]


@pytest.mark.parametrize("name", [*NAMES, "design"])
def test_whatever_is_sampled_can_be_resolved(name: str) -> None:
    space = shipped(name)
    source = random.Random(0)
    for _ in range(200):
        switches = sorted(space.trick_limit.off or ())
        source.shuffle(switches)
        parameters = space.suggest(chooser(source), switches=switches)
        settings = space.settings(parameters)
        searched = {path: value for path, value in parameters.items() if path != ARM}
        assert {path: settings[path] for path in searched} == searched
        for parameter in space.parameters:
            is_there = parameter.path in parameters
            assert is_there == parameter.is_active(parameters) or space.trick_limit.may_lack(parameter.path)
        configuration = resolve(settings)
        assert misfits(configuration) == []
        on = {path.split(".")[1] for path, value in settings.items() if path.endswith(".enabled") and value is True}
        slots = {f"tricks.{trick.slot}" for trick in tricks if trick.slot is not None}
        on |= {str(value) for path, value in settings.items() if path in slots and value != "off"}
        assert {type(trick).name for trick in configuration.tricks} == on


@pytest.mark.parametrize("name", [*NAMES, "design"])
def test_the_source_is_the_space(name: str) -> None:
    space = shipped(name)
    assert parse_space(space.source, space.origin) == space
    changed = parse_space(space.source, space.origin, {"plan.seed": 7})
    assert parse_space(changed.source, space.origin).parameters == space.parameters


@pytest.mark.parametrize("name", [*NAMES, "design"])
def test_defaults_and_queued_trials_are_complete(name: str) -> None:
    space = shipped(name)
    for parameters in (space.default_parameters(), *space.plan.enqueue):
        resolve(space.settings(parameters))


@pytest.mark.parametrize("name", NAMES)
def test_rows_name_every_setting(name: str) -> None:
    space = load_space(name)
    rows = describe(space)
    assert [row.path for row in rows if row.searched] == [parameter.path for parameter in space.parameters]
    assert {row.path for row in rows} >= set(space.settings(space.default_parameters()))
    assert all(row.dimension for row in rows)


def test_rows_say_when() -> None:
    rows = {row.path: row for row in describe(load_space("mnist_mlp"))}
    gamma = rows["tricks.r1_penalty.gamma"]
    assert (gamma.dimension, gamma.conditions) == (
        "float: [0.1, 100], log: true",
        "tricks.gradient_penalty is r1_penalty",
    )
    assert rows["training.epochs"].dimension == "100"


def test_the_baseline_is_one_run_of_the_report() -> None:
    space = load_space("baseline")
    assert space.grid() == [{}]
    settings = space.settings({})
    assert (settings["generator.layers"], settings["discriminator.layers"]) == (3, 2)
    for player in ("generator", "discriminator"):
        assert settings[f"{player}.activation"] == "relu"
        assert settings[f"{player}.dropout"] == 0.0
        assert settings[f"optimizer.{player}.lr"] == 2e-4
        assert settings[f"optimizer.{player}.beta1"] == 0.5
    assert resolve(settings).tricks == ()
    assert (settings["training.epochs"], settings["training.batch_size"]) == (100, 128)


def test_the_whole_ranges_of_the_report() -> None:
    dimensions = {parameter.path: parameter.dimension for parameter in load_space("mnist_mlp").parameters}
    for player in ("generator", "discriminator"):
        assert dimensions[f"{player}.layers"] == Int(2, 20)
        assert dimensions[f"{player}.dropout"] == Float(0.0, 0.9)
        assert dimensions[f"{player}.activation"] == Choice(("relu", "leaky_relu", "elu", "gelu", "relu6"))
        assert dimensions[f"optimizer.{player}.lr"] == Float(1e-5, 1e-3, log=True)


def test_a_try_with_few_epochs_keeps_its_plan() -> None:
    for pruner in ("hyperband", "{name: hyperband, min_resource: 5}", "median"):
        changes = {"plan.trials": 8, "training.epochs": 2, "plan.pruner": pruner}
        space = load_space("mnist_mlp", changes)
        assert (space.plan.trials, space.fixed["training.epochs"]) == (8, 2)
        name = space.plan.pruner["name"]
        assert f"plan.pruner: {name} prunes nothing here: 2 epochs with evaluations 5 apart have no rung" in space.notes
        assert parse_space(space.source, space.origin) == space
    assert load_space("mnist_mlp").notes == load_space("mnist_mlp", {"training.epochs": 6}).notes


def test_a_penalty_is_asked_for_only_without_batch_normalisation_in_the_discriminator() -> None:
    (condition,) = next(
        each.conditions for each in load_space("mnist_dcgan").parameters if each.path == "tricks.gradient_penalty"
    )
    assert str(condition) == "discriminator.normalisation is none or layer"


def test_quickstart_is_small() -> None:
    space = load_space("quickstart")
    assert space.fixed["dataset.name"] == "mnist5k"
    assert space.plan.trials is not None
    assert 12 <= space.plan.trials <= 14
    assert space.detectors.mode == "enforce"


def test_the_experiments_one_by_one_are_those_of_all() -> None:
    together = load_space("seed_003/all")
    each = {name: load_space(name) for name in NAMES if name.startswith("seed_003/e")}
    assert len(each) == 15
    described = {arm.settings["discriminator.layers"] for arm in together.arms}
    assert described == {2, 3, 4, 5, 7, 10, 20}
    found: dict[tuple[str, str], Mapping[str, Setting]] = {}
    for space in each.values():
        assert space.arms[0].settings == together.arms[0].settings
        found |= {
            (experiment, name): arm.settings for arm in space.arms for experiment, name in arm.experiments.items()
        }
        assert replace(space.plan, seed=0) == together.plan
    assert found == {
        (experiment, name): arm.settings for arm in together.arms for experiment, name in arm.experiments.items()
    }


def test_the_report_has_76_configurations_of_its_own() -> None:
    mine = ("he", "sampling", "mean")
    arms = load_space("seed_003/all").arms
    report = [arm for arm in arms if any(not name.endswith(mine) and name != "E6" for name in arm.experiments)]
    crossed = [arm for arm in report if all(name.endswith("crossed") for name in arm.experiments)]
    assert len(report) - len(crossed) == 76
