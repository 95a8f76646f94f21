"""Networks of a user's own in whole searches: launched by the public functions, packed or alone, resumed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gansearch
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.executors.packing import Packer
from gansearch.executors.single_lanes import single_lane_reasons
from gansearch.plugins import load_file
from gansearch.records import Assignment, Setting, TrialIdentity
from gansearch.space import SearchSpace, load_space
from gansearch.trial.grouping import grouped, is_alone, signature

NETWORKS = Path(__file__).parents[1] / "gan" / "torch_networks.py"
REASON = "OneLaneDiscriminator runs as one lane: torch.func.vmap has no rule for aten::_weight_norm"
SPACE = """
name: own
dataset: {name: ring, train_samples: 256, test_samples: 500}
generator: {architecture: own_mlp, latent_size: 4, width: {int: [8, 16]}, norm: {choice: [none, batch]}}
discriminator: {architecture: own_mlp, width: 8}
tricks: {gradient_penalty: r1_penalty}
training: {batch_size: 32, epochs: 2, evaluate_every: 1}
detectors: {mode: shadow}
plan: {kind: search, trials: 2, sampler: random, pruner: none, objective: {metric: frechet_distance}}
"""


@pytest.fixture(autouse=True)
def networks() -> None:
    load_file(NETWORKS)


def space(tmp_path: Path, text: str = SPACE, **changes: object) -> SearchSpace:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return load_space(str(path), {key.replace("__", "."): value for key, value in changes.items()})


def assignment(number: int, discriminator: str) -> Assignment:
    settings: dict[str, Setting] = {
        "dataset.name": "tiny_images",
        "discriminator.architecture": discriminator,
        "discriminator.width": 8,
    }
    return Assignment(TrialIdentity("s", number), number, 0, settings, {})


@pytest.fixture
def tiny_images() -> None:
    load_file(Path(gansearch.__file__).parent / "testing" / "data.py")


def test_a_search_over_networks_of_a_plug_in_file(tmp_path: Path) -> None:
    result = gansearch.launch(space(tmp_path), executor="local", plugins=(NETWORKS,))

    assert result.outcome == "finished"
    study = gansearch.load_study("own")
    assert set(study.trials.end) == {"completed"}
    assert len(study.trials) == 2
    assert np.isfinite(study.evaluations.value).all()


def test_the_reason_for_single_lanes_is_said_at_launch(tmp_path: Path) -> None:
    said: list[str] = []
    wanted = space(tmp_path, discriminator__architecture="own_one_lane", resources__lanes=2)

    result = launch(wanted, LaunchOptions(executor="local", plugins=(NETWORKS,)), say=said.append)

    assert any(REASON in sentence and sentence.endswith("trials with it are packs of one lane") for sentence in said)
    assert set(gansearch.load_study("own").trials.end) == {"completed"}
    assert result.outcome == "finished"


def test_reasons_of_each_architecture_of_a_space(tmp_path: Path) -> None:
    searched = SPACE.replace("{architecture: own_mlp, width: 8}", "{architecture: {choice: [own_mlp, own_one_lane]}}")

    assert single_lane_reasons(space(tmp_path)) == ()
    assert [REASON in reason for reason in single_lane_reasons(space(tmp_path, searched))] == [True]
    assert single_lane_reasons(space(tmp_path, searched, resources__lanes=1)) == ()


@pytest.mark.usefixtures("tiny_images")
def test_trials_with_networks_of_one_lane_are_never_grouped() -> None:
    names = ["own_one_lane", "own_mlp", "own_one_lane", "own_mlp"]
    trials = [assignment(number, name) for number, name in enumerate(names)]

    assert [is_alone(trial) for trial in trials] == [True, False, True, False]
    packs = grouped(trials, 4, signature)
    assert [[each.identity.number for each in pack] for pack in packs] == [[0], [1, 3], [2]]


@pytest.mark.usefixtures("tiny_images")
def test_nothing_is_asked_for_beside_a_trial_that_must_be_alone() -> None:
    left = [assignment(number, name) for number, name in enumerate(["own_one_lane", "own_mlp", "own_mlp"])]
    packer = Packer(lambda: left.pop(0) if left else None, lanes=4)

    assert [each.identity.number for each in packer.next_pack()] == [0]
    assert len(left) == 2
    assert [each.identity.number for each in packer.next_pack()] == [1, 2]
