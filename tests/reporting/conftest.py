"""Studies made by hand: no training, every number known."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pytest

from gansearch.curves.curve import Curve, SampleFile
from gansearch.records import End, Evaluation, Finding, MetricValue, Protocol, Setting, TrialEnd, TrialIdentity
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage

MakeTrial: TypeAlias = Callable[..., TrialMaterial]
MakeStudy: TypeAlias = Callable[..., StudyMaterial]

STEPS_PER_EPOCH = 10
YAML = """
name: digits
dataset: {name: mnist5k}
generator: {architecture: mlp, layers: {int: [2, 7]}, activation: {choice: [relu, elu]}}
discriminator: {architecture: mlp}
loss: {name: non_saturating}
optimizer: {generator: {name: adam, lr: {float: [1e-5, 1e-3], log: true}}, discriminator: {name: adam}}
training: {batch_size: 128, epochs: 20, evaluate_every: 2}
plan: {kind: search, trials: 24, sampler: random, pruner: none, objective: {metric: frechet_distance}}
detectors: {mode: enforce}
"""
KINDS = {End.COLLAPSED: "mode_collapse", End.DIVERGED: "diverged"}


def protocol(samples: int = 1000) -> Protocol:
    return Protocol("mnist-cnn", "0a1b2c3d4e5f", samples, 1000, "test")


def curve_of(end: End | None, epochs: int, value: float, *, kind: str, reason: str, folder: str) -> Curve:
    """A curve whose distance falls to ``value``, measured every 2 epochs, at .5 s an evaluation."""
    steps, curve = epochs * STEPS_PER_EPOCH, Curve()
    if steps:
        curve.signals = {
            "d_loss": np.linspace(1.4, 1.0, steps, dtype=np.float32),
            "g_loss": np.linspace(0.7, 1.2, steps, dtype=np.float32),
        }
    for epoch in range(2, epochs + 1, 2):
        distance = MetricValue("frechet_distance", value + 10.0 * (epochs - epoch), protocol())
        classes = MetricValue("classes_covered", 9.0, protocol())
        curve.evaluations.append(Evaluation(epoch * STEPS_PER_EPOCH, epoch, "live", False, (distance, classes), 0.5))
        curve.samples.append(SampleFile(epoch, epoch * STEPS_PER_EPOCH, f"samples/{folder}/{epoch}.npz"))
    if kind:
        finding = Finding(kind, kind, steps, epochs, "classes_covered", 3.0, 4.0, {}, reason)
        curve.findings, curve.stopped_by = [finding], finding
    if end is not None:
        curve.end = TrialEnd(end, reason, steps, epochs, curve.stopped_by)
    curve.attempts.append(
        {
            "from_step": 0,
            "versions": {"python": "3.11.7", "torch": "2.15.0", "ray": None},
            "hardware": {"machine": "x86_64", "device": "cpu"},
            "commit": "cc1b88d",
            "data": {"name": "mnist5k", "checksum": "99aabbccddee"},
            "lanes": 1,
        }
    )
    return curve


@pytest.fixture(scope="session")
def space() -> SearchSpace:
    return parse_space(YAML, "digits.yaml")


@pytest.fixture
def make_trial(space: SearchSpace) -> MakeTrial:
    """A trial by its number, end, epochs, value and parameters; 2 s an epoch."""

    def _make(
        number: int = 0,
        end: End | None = End.COMPLETED,
        *,
        epochs: int = 20,
        value: float = 40.0,
        reason: str = "",
        replicate: int | None = None,
        **parameters: Setting,
    ) -> TrialMaterial:
        chosen: Mapping[str, Setting] = {
            "generator.layers": parameters.get("layers", 3),
            "generator.activation": parameters.get("activation", "relu"),
            "optimizer.generator.lr": parameters.get("lr", 2e-4),
        }
        identity = TrialIdentity("digits", number, replicate)
        kind = "" if end is None else KINDS.get(end, "")
        return TrialMaterial(
            identity=identity,
            parameters=chosen,
            settings=space.settings(chosen),
            seed=2**62 + number,
            values=(value,) if end is End.COMPLETED else None,
            curve=curve_of(end, epochs, value, kind=kind, reason=reason, folder=str(identity)),
            end=end,
            reason=reason,
            kind=kind,
            seconds=2.0 * epochs,
        )

    return _make


@pytest.fixture
def make_study(space: SearchSpace) -> MakeStudy:
    def _make(*trials: TrialMaterial, **changes: Any) -> StudyMaterial:
        return StudyMaterial("digits", space, 7, trials, **changes)

    return _make


ARMS = """
name: {name}
dataset: {{name: {data}}}
generator: {{architecture: mlp, layers: 2}}
discriminator: {{architecture: mlp}}
training: {{batch_size: 128, epochs: 20, evaluate_every: 2}}
plan:
  kind: grid
  replicates: 2
  objective: {{metric: frechet_distance}}
  experiments: {{depth: {{grid: {{generator.layers: [3, 4]}}}}}}
detectors: {{mode: shadow}}
"""


@pytest.fixture
def make_arms(make_trial: MakeTrial) -> MakeStudy:
    """A study of a baseline and two deeper arms, two replicates each, of which the first so many arms have run."""

    def _make(ran: int = 3, name: str = "arms", data: str = "mnist5k") -> StudyMaterial:
        space = parse_space(ARMS.format(name=name, data=data), "arms.yaml")
        trials = [
            replace(
                make_trial(number, value=30.0 + number + 0.5 * replicate, replicate=replicate),
                identity=TrialIdentity(name, number, replicate),
                parameters={"arm": arm.name},
                settings=arm.settings,
            )
            for number, arm in enumerate(space.arms[:ran])
            for replicate in range(2)
        ]
        return StudyMaterial(name, space, 7, tuple(trials), len(space.arms))

    return _make


@pytest.fixture
def mixed_study(make_trial: MakeTrial, make_study: MakeStudy) -> StudyMaterial:
    """Ten completed runs whose value follows the layers, one pruned, one collapsed, one failed, one running."""
    completed = [
        make_trial(
            number,
            value=30.0 + 5.0 * (number % 6) + 0.1 * number,
            layers=2 + number % 6,
            activation="relu" if number < 8 else "elu",
            lr=10.0 ** (-5 + 2 * ((7 * number) % 10) / 9),
        )
        for number in range(10)
    ]
    return make_study(
        *completed,
        make_trial(10, End.PRUNED, epochs=6, value=90.0, layers=7, reason="pruned at epoch 6"),
        make_trial(11, End.COLLAPSED, epochs=8, value=300.0, layers=6, reason="2 of 10 classes are left"),
        make_trial(12, End.FAILED, epochs=0, reason="TrainingError: `width` must be above 0"),
        make_trial(13, None, epochs=4),
    )


@pytest.fixture(scope="session")
def image_npz() -> bytes:
    """60 generated and 10 real images of 8 x 8."""
    generator = np.random.default_rng(0)
    return npz(
        fake=generator.integers(0, 256, (60, 1, 8, 8), dtype=np.uint8),
        real=generator.integers(0, 256, (10, 1, 8, 8), dtype=np.uint8),
    )


def npz(**arrays: Any) -> bytes:
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    return packed.getvalue()


@pytest.fixture
def storage(tmp_path: Any) -> Storage:
    return Storage(tmp_path / "study")
