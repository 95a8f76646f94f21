from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from gansearch.dimensions import Choice, Dimension, Float
from gansearch.errors import SpaceError, StudyError
from gansearch.executors.confirming_space import ConfirmingPlan, confirming_space
from gansearch.records import Setting
from gansearch.space import SearchSpace, load_space, parse_space
from gansearch.space.yaml_text import plain

PLAN = ConfirmingPlan("new", "old", replicates=8, baseline_replicates=20, seed=2**62 - 1, heading="Confirms old.")
POINTS = """
name: points
dataset: {name: ring}
generator: {architecture: mlp, layers: {int: [2, 7]}, width: 64}
tricks: {label_smoothing: {enabled: {choice: [false, true]}, real: {float: [0.7, 1.0]}}}
training: {epochs: 20, evaluate_every: 5, half_batches: {choice: [true], when: {generator.layers: 2}}}
resources: {cpu: 2, lanes: 4}
plan: {kind: search, trials: 9, deaths: ignored, enqueue: [defaults], objective: [frechet_distance, modes_covered]}
budget: {hours: 3}
priors: {generator.layers: 3}
evaluation: {also: [ndb]}
keep: {checkpoints: best_3}
detectors: {mode: enforce, audit: 0.2, patience: 3, mode_collapse: {largest_share: 0.9}}
"""


def drawn(space: SearchSpace, count: int) -> list[dict[str, Setting]]:
    """Configurations of a space, at random."""
    chance = Random(1)

    def choose(_: str, dimension: Dimension) -> Setting:
        if isinstance(dimension, Choice):
            return chance.choice(dimension.choices)
        if dimension.step is not None:
            return dimension.low
        if isinstance(dimension, Float):
            return chance.uniform(dimension.low, dimension.high)
        return chance.randint(dimension.low, dimension.high)

    switches = list(space.trick_limit.off or ())[:5] if space.plan.max_active_tricks is not None else None
    return [space.settings(space.suggest(choose, switches=switches)) for _ in range(count)]


def defaults(space: SearchSpace) -> dict[str, Setting]:
    return space.settings(space.default_parameters())


@pytest.mark.parametrize("name", ["quickstart", "tricks_mnist", "mnist_dcgan", "ring", "seeds/002", "seed_003/e03"])
def test_every_configuration_of_a_shipped_space_reads_back_as_itself(name: str) -> None:
    space = load_space(name)
    baseline = defaults(space)
    arms: dict[str, Mapping[str, Setting]] = {}
    for number, settings in enumerate(drawn(space, 8)):
        if settings != baseline and settings not in arms.values():
            arms[f"trial-{number}"] = settings
    new = confirming_space(space, PLAN, baseline, arms)
    assert [arm.name for arm in new.arms] == ["baseline", *(f"old/{name}" for name in arms)]
    assert [dict(arm.settings) for arm in new.arms] == [baseline, *arms.values()]
    assert parse_space(new.source, new.origin) == new
    assert new.plan.objectives == space.plan.objectives


def test_what_belongs_to_the_search_stays_behind() -> None:
    space = parse_space(POINTS, "points.yaml")
    deep = space.settings({"generator.layers": 7, "tricks.label_smoothing.enabled": False})
    new = confirming_space(space, PLAN, defaults(space), {"trial-3": deep})
    assert (new.name, new.plan.kind, new.plan.seed, new.plan.is_paired) == ("new", "grid", 2**62 - 1, True)
    assert (new.plan.replicates, new.plan.baseline_replicates, new.plan.pruner) == (8, 20, {"name": "none"})
    assert (new.resources, new.evaluation, new.keep) == (space.resources, space.evaluation, space.keep)
    assert not new.budget.is_bound
    assert not new.priors.beliefs
    assert (new.detectors.mode, new.detectors.audit, new.detectors.patience) == ("shadow", 0.0, 3)
    assert new.detectors.detectors == space.detectors.detectors
    assert new.source.startswith("# Confirms old.\nname: new\n")


def test_an_arm_says_what_it_changes_and_no_more() -> None:
    space = parse_space(POINTS, "points.yaml")
    deep = space.settings({"generator.layers": 5, "tricks.label_smoothing.enabled": False})
    shallow = space.settings(
        {"generator.layers": 2, "tricks.label_smoothing.enabled": False, "training.half_batches": True}
    )
    said = plain(confirming_space(space, PLAN, deep, {"trial-1": shallow}).source)
    assert said["plan"]["experiments"]["old"]["arms"]["trial-1"] == {
        "generator.layers": 2,
        "training.half_batches": True,
    }


def test_a_section_that_loses_a_setting_is_written_whole() -> None:
    space = parse_space(
        "name: nets\ndataset: {name: mnist5k}\nplan: {trials: 3}\n"
        "generator: {architecture: {choice: [dcgan, mlp]}, layers: {int: [2, 3]}, filters: {int: [8, 16]}}\n",
        "nets.yaml",
    )
    dcgan = space.settings({"generator.architecture": "dcgan", "generator.filters": 8})
    mlp = space.settings({"generator.architecture": "mlp", "generator.layers": 3})
    new = confirming_space(space, PLAN, dcgan, {"trial-1": mlp})
    assert dict(new.arms[1].settings) == mlp
    assert plain(new.source)["plan"]["experiments"]["old"]["arms"]["trial-1"]["generator"]["architecture"] == "mlp"


def test_a_script_goes_with_its_modules(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import gansearch, nets\nlr, = gansearch.parameters(lr=1.0).values()\n")
    (tmp_path / "nets.py").write_text("WIDTH = 3\n")
    text = (
        "name: own\nscript: {file: train.py, modules: [nets.py]}\nparameters: {lr: {float: [0.0, 2.0]}}\n"
        "training: {epochs: 3}\nplan: {trials: 3, objective: {metric: fid, direction: minimize}}\n"
    )
    space = parse_space(text, str(tmp_path / "space.yaml"))
    new = confirming_space(
        space, PLAN, space.settings({"parameters.lr": 1.0}), {"trial-1": space.settings({"parameters.lr": 0.5})}
    )
    assert new.script is not None
    assert new.script == space.script
    assert [arm.settings["parameters.lr"] for arm in new.arms] == [1.0, 0.5]


def test_equal_configurations_and_other_data_are_refused() -> None:
    space = parse_space(POINTS, "points.yaml")
    baseline = defaults(space)
    with pytest.raises(StudyError, match="every arm of 'new' must be a configuration of 'old' of its own"):
        confirming_space(space, PLAN, baseline, {"trial-1": baseline})
    with pytest.raises(SpaceError, match="must leave the data set as it is"):
        confirming_space(space, PLAN, baseline, {"trial-1": {**baseline, "dataset.name": "grid"}})
