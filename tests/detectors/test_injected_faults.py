"""Real training with a known fault: the right detector stops it in time. And what only looks like one goes on.

The runs are small (rings of eight Gaussians, and images of 8 x 8 pixels), the policy is the default one, and what it
sees is what it sees of a trial: the trace of the signals and evaluations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import pytest
import torch
from torch import Tensor

from gansearch.data import Data, DataSet, Samples
from gansearch.data._mixture import mixture
from gansearch.data.ring import Ring
from gansearch.detectors import Policy, Trace, default_detectors
from gansearch.detectors.walk import first_stop
from gansearch.dimensions import Float, traced
from gansearch.gan import losses
from gansearch.gan.mlp import MlpDiscriminator, MlpGenerator
from gansearch.metrics import Extractor
from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.reference import reference_extractor
from gansearch.records import Evaluation, Finding, Geometry
from gansearch.space.plan import DetectorSettings
from gansearch.testing.data import TinyImages
from gansearch.training import Lane, Pack
from gansearch.training.configuration import Configuration, TrainingSettings
from gansearch.training.descent.adam import Adam
from gansearch.training.signals import Signals
from gansearch.trial.duel import _StandStill
from gansearch.trial.measuring import RUNG, measure
from gansearch.trial.tracing import evaluation_columns
from gansearch.trial.workbench import Workbench
from gansearch.tricks import Classes, Lanes, Scalar, Trick, across
from gansearch.tricks.conditional_one_hot import ConditionalOneHot
from gansearch.tricks.label_flip_phase import LabelFlipPhase
from gansearch.tricks.wgan_gp import WganGp

BATCH: Final = 16
STEPS_PER_EPOCH: Final = 100
RATE: Final = 1e-3
SEED: Final = 3
NEVER: Final = 1e9
NAN_STEP: Final = 350
RING: Final = Ring(train_samples=STEPS_PER_EPOCH * BATCH, test_samples=1000)
IMAGES: Final = TinyImages(train_samples=STEPS_PER_EPOCH * BATCH)


@dataclass(frozen=True, kw_only=True)
class TenClusters(DataSet):
    """Points around the corners of a regular decagon of radius 1, 1,600 and more of each."""

    name: ClassVar[str] = "ten_clusters"
    geometry: ClassVar[Geometry] = Geometry(shape=(2,), bounded=False, classes=10)

    def load(self, data_dir: Path | None) -> Data:
        """Draw the points; ``data_dir`` is not used."""
        angles = torch.arange(10) * (2 * math.pi / 10)
        centres = torch.stack([angles.cos(), angles.sin()], dim=1)
        return mixture(self.name, centres, 0.05, train_samples=18_000, test_samples=1000, seed=0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Fault(Trick):
    """Spoils a run: latents times a number, and a generator's loss that is NaN at one step."""

    name: ClassVar[str] = "fault"
    paper: ClassVar[str] = "none, 2024"

    kept: Scalar = traced(1.0, Float(0.0, 1.0), "what the latents are multiplied by")
    nan_step: Scalar = traced(NEVER, Float(1.0, NEVER), "step, counted from 1, whose loss is NaN")

    def latents(self, lanes: Lanes, latents: Tensor, classes: Classes) -> Tensor:
        """The latents, or nothing but zeros."""
        return latents * across(self.kept, latents)

    def adversarial_loss(self, lanes: Lanes, loss: Tensor) -> Tensor:
        """NaN at the step."""
        return torch.where(lanes.step + 1 == self.nan_step, torch.nan, loss)


def configuration(
    *tricks: Trick,
    loss: str = "non_saturating",
    dataset: DataSet | None = None,
    rate: float = RATE,
    g_rate: float | None = None,
    dropout: float = 0.0,
) -> Configuration:
    """Networks of three layers and 16 units, 100 steps an epoch."""
    network: dict[str, Any] = {"layers": 3, "width": 16, "dropout": dropout}
    return Configuration(
        dataset=RING if dataset is None else dataset,
        generator=MlpGenerator(latent_size=4, **network),
        discriminator=MlpDiscriminator(**network),
        loss=losses.get(loss)(),
        generator_optimizer=Adam(lr=rate if g_rate is None else g_rate),
        discriminator_optimizer=Adam(lr=rate),
        tricks=tuple(sorted(tricks, key=lambda trick: trick.name)),
        training=TrainingSettings(batch_size=BATCH, epochs=1000),
    )


class Runs:
    """Configurations that train side by side, and what is known of each.

    Args:
        of: by name; all of one structure.
        data: what they learn.
        epochs: for which they are trained.
        real: what their samples are compared with at the end of every epoch; None measures nothing.
        pack: one in training that goes on, in place of a new one.
    """

    def __init__(
        self,
        of: Mapping[str, Configuration],
        data: Data,
        epochs: int,
        *,
        real: Data | None = None,
        pack: Pack | None = None,
    ) -> None:
        self.of = of
        self._epochs = epochs
        self.pack = Pack([Lane(each, SEED) for each in of.values()], data) if pack is None else pack
        bench = None if real is None else Workbench(real, Evaluator(real, {"reference": reference(real)}))
        parts: list[Signals] = []
        self._evaluations: list[list[Evaluation]] = [[] for _ in of]
        for _ in range(epochs):
            parts.append(self.pack.train_epoch())
            measured = [] if bench is None else measure(self.pack, bench, RUNG, use_average=False)
            for lane, (evaluation, _) in enumerate(measured):
                self._evaluations[lane].append(evaluation)
        self._values = np.concatenate([part.values for part in parts], axis=2)
        self._names = parts[0].names

    def trace(self, name: str) -> Trace:
        """What the detectors see of one."""
        lane = list(self.of).index(name)
        loss = self.of[name].loss
        return Trace.of(
            dict(zip(self._names, self._values[lane], strict=True)),
            evaluation_columns(self._evaluations[lane]),
            steps_per_epoch=STEPS_PER_EPOCH,
            total_steps=self._epochs * STEPS_PER_EPOCH,
            classes=self.of[name].geometry.classes,
            is_probability_loss=loss.facts.is_probability_loss,
            loss=loss.name,
        )

    def stop(self, name: str) -> Finding | None:
        """For what the default policy ends one."""
        by_default = DetectorSettings()
        policy = Policy("enforce", by_default.grace_epochs, by_default.patience, default_detectors())
        return first_stop(policy, self.trace(name))


def reference(data: Data) -> Extractor:
    """Points are their own features; their classes are the nearest modes."""
    return reference_extractor(data, Path())


@pytest.fixture(scope="module")
def on_the_ring() -> Runs:
    """Runs that differ in one thing each, for 1,400 steps with evaluations."""
    lanes = {
        "healthy": configuration(Fault(), LabelFlipPhase(threshold=1.0)),
        "frozen": configuration(Fault(), LabelFlipPhase(threshold=1.0), g_rate=0.0),
        "constant latents": configuration(Fault(kept=0.0), LabelFlipPhase(threshold=1.0)),
        "NaN": configuration(Fault(nan_step=float(NAN_STEP)), LabelFlipPhase(threshold=1.0)),
        "slow starter": configuration(Fault(), LabelFlipPhase(threshold=1.0), rate=1e-5, dropout=0.6),
        "flip phases": configuration(Fault(), LabelFlipPhase(threshold=0.7, length=10.0)),
    }
    data = RING.load(None)
    return Runs(lanes, data, 14, real=data)


def test_a_frozen_generator_is_caught_within_400_steps(on_the_ring: Runs) -> None:
    stop = on_the_ring.stop("frozen")
    assert stop is not None
    assert (stop.kind, stop.signal, stop.value) == ("generator_frozen", "g_update_ratio", 0.0)
    assert stop.step <= 400


def test_constant_latents_are_caught_within_700_steps(on_the_ring: Runs) -> None:
    stop = on_the_ring.stop("constant latents")
    assert stop is not None
    assert (stop.kind, stop.signal) == ("mode_collapse", "fake_spread")
    assert stop.step <= 700


def test_a_loss_that_is_nan_is_caught_at_the_end_of_its_epoch(on_the_ring: Runs) -> None:
    stop = on_the_ring.stop("NaN")
    assert stop is not None
    assert (stop.kind, stop.signal, stop.evidence["first_step"]) == ("diverged", "g_loss", NAN_STEP)
    assert stop.step - NAN_STEP < STEPS_PER_EPOCH


@pytest.mark.parametrize("name", ["healthy", "slow starter", "flip phases"])
def test_what_is_well_goes_on(on_the_ring: Runs, name: str) -> None:
    assert on_the_ring.stop(name) is None


def test_the_flip_phases_were_there(on_the_ring: Runs) -> None:
    active = on_the_ring.trace("flip phases").signals["label_flip_phase.active"]
    assert 0.02 < active.mean() < 0.9
    assert on_the_ring.trace("healthy").signals["label_flip_phase.active"].max() == 0


def test_a_hundred_times_the_rate_is_caught_within_500_steps() -> None:
    """Images are pressed against their bounds; the rate itself does well."""
    lanes = {"well": configuration(dataset=IMAGES), "rate x 100": configuration(dataset=IMAGES, rate=100 * RATE)}
    runs = Runs(lanes, IMAGES.load(None), 10)
    stop = runs.stop("rate x 100")
    assert stop is not None
    assert stop.kind in {"exploding", "diverged"}
    assert stop.step <= 500
    assert runs.stop("well") is None


@pytest.mark.verify(seconds=10)
def test_a_discriminator_5000_steps_ahead_is_caught_within_700_steps() -> None:
    """With the minimax loss; the trace begins where both are let go, so that no early gradient tells."""
    ahead = configuration(_StandStill(player="generator"), loss="minimax", dataset=IMAGES)
    data = IMAGES.load(None)
    before = Runs({"ahead": ahead}, data, 50)
    still = before.stop("ahead")
    assert still is not None
    assert still.kind == "generator_frozen"
    let_go = replace(ahead, tricks=())
    pack = Pack([Lane(let_go, SEED)], data)
    pack.load_lane_state(0, before.pack.lane_state(0))
    stop = Runs({"minimax": let_go}, data, 9, pack=pack).stop("minimax")
    assert stop is not None
    assert (stop.kind, stop.signal) == ("discriminator_wins", "d_loss")
    assert stop.step <= 700


def test_nine_of_ten_classes_that_are_dropped_are_caught_within_1400_steps() -> None:
    """The run is shown one class alone, and compared with all ten."""
    of = TenClusters()
    whole = of.load(None)
    is_kept = (whole.train.labels == 0).nonzero()[: STEPS_PER_EPOCH * BATCH, 0]
    one = replace(whole, train=Samples(whole.train.values[is_kept], whole.train.labels[is_kept]))
    runs = Runs({"one class": configuration(dataset=of, rate=1e-2)}, one, 14, real=whole)
    stop = runs.stop("one class")
    assert stop is not None
    assert (stop.kind, stop.signal, stop.value) == ("mode_collapse", "classes_covered", 1.0)
    assert stop.step <= 1400


def test_wasserstein_critics_go_on() -> None:
    lanes = {
        name: configuration(WganGp(weight=weight), loss="wasserstein")
        for name, weight in (("penalty of 10", 10.0), ("penalty of .1", 0.1), ("none", 0.0))
    }
    runs = Runs(lanes, RING.load(None), 12)
    assert {name: runs.stop(name) for name in lanes} == dict.fromkeys(lanes)


def test_a_conditional_run_goes_on() -> None:
    data = RING.load(None)
    runs = Runs({"conditional": configuration(ConditionalOneHot(), rate=5e-3)}, data, 14, real=data)
    assert runs.stop("conditional") is None
