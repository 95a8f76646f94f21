"""Frozen values that cross package borders, and their JSON form. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cache
from math import prod
from typing import Any, Final, TypeAlias

Setting: TypeAlias = float | int | str | bool | None
"""The value of one setting or searched parameter."""

MEASURE_EVERY: Final = 10
"""Steps between two measurements of a training step's signals, from the first step of an epoch on; the losses are told
at every step. Each takes a pass over parameters, gradients or samples, and detectors look at windows of 25 steps."""


@dataclass(frozen=True)
class Facts:
    """What a trick, network or loss says about itself; the search space derives conflicts from it.

    No plug-in names another: two conflict because their facts do.
    """

    couples_batch: bool = False
    """One sample's output depends on the others of its minibatch (batch normalisation, minibatch discrimination)."""
    needs_independent_samples: bool = False
    """Takes gradients per sample, which mean nothing where the batch is coupled."""
    needs_labels: bool = False
    """Needs the classes of the real images."""
    needs_images: bool = False
    """Needs samples that are images [C, H, W]."""
    needs_targets: bool = False
    """Acts on the targets of a loss; without effect on one that has none."""
    has_targets: bool = False
    """A loss that draws scores to targets: a cross entropy, or least squares."""
    needs_probability_loss: bool = False
    """Reads scores as the logits of "real", which only a cross entropy makes of them."""
    is_probability_loss: bool = False
    """A loss that is a cross entropy against targets in [0, 1]."""
    needs_energies: bool = False
    """A loss on reconstruction errors, which are low for real samples."""
    gives_energies: bool = False
    """A discriminator whose score is a reconstruction error."""
    needs_features: bool = False
    """Reads or changes the features from which the discriminator's score follows."""
    gives_features: bool = False
    """A discriminator whose score is a last layer's on a vector of features."""
    packs_samples: bool = False
    """Shows the discriminator several samples as one, so that it has fewer scores than there are samples."""
    needs_single_samples: bool = False
    """Needs features and scores of every sample by itself."""
    replaces_fakes: bool = False
    """Shows the discriminator fakes that are not those of the latents at hand."""
    needs_latents: bool = False
    """Needs the latents that the discriminator's fakes are made of."""
    shapes_latents: bool = False
    """Decides the distribution of the latents; at most one thing can."""
    makes_scores: bool = False
    """Decides what the discriminator's score is; at most one thing can."""

    def with_also(self, names: Iterable[str]) -> Facts:
        """These facts and the named ones.

        Raises:
            TypeError: where there is no fact of that name.
        """
        return replace(self, **dict.fromkeys(names, True))


@dataclass(frozen=True)
class Geometry:
    """The form of one sample."""

    shape: tuple[int, ...]
    """(C, H, W) of an image, or (D,) of a point."""
    bounded: bool
    """Whether values lie in [-1, 1]; a generator then ends in tanh."""
    classes: int
    """Number of classes or modes; 0 where there are none."""

    @property
    def numel(self) -> int:
        """Numbers in one sample."""
        return prod(self.shape)


@dataclass(frozen=True, order=True)
class TrialIdentity:
    """The one name of a trial: in Optuna, Ray Tune, MLflow and on disk."""

    study: str
    number: int
    replicate: int | None = None
    """None where the plan has one replicate."""

    def __str__(self) -> str:
        tail = "" if self.replicate is None else f"-r{self.replicate}"
        return f"{self.study}-{self.number}{tail}"


class End(StrEnum):
    """How a trial ended, or why it rests."""

    COMPLETED = "completed"
    PRUNED = "pruned"
    COLLAPSED = "collapsed"
    """Stopped by a detector; the finding says the kind (mode collapse, discriminator wins, stagnation)."""
    DIVERGED = "diverged"
    """A non-finite value."""
    FAILED = "failed"
    """An error in the configuration or in the code that it runs."""
    OUT_OF_MEMORY = "out_of_memory"
    LOST = "lost"
    """Its worker or node died; it goes on from its checkpoint as the next attempt."""
    PREEMPTED = "preempted"
    STOPPED_BY_USER = "stopped_by_user"
    BUDGET = "budget"
    """The study's time or epochs are spent; resumable."""
    PAUSED = "paused"
    """It waits at a rung until it is among the best there; it goes on from its checkpoint as the next attempt."""

    @property
    def is_final(self) -> bool:
        """Whether the trial is over; the others can be resumed."""
        return self not in (End.LOST, End.PREEMPTED, End.STOPPED_BY_USER, End.BUDGET, End.PAUSED)


@dataclass(frozen=True)
class Protocol:
    """How a metric's value came about: values compare only under equal protocols."""

    extractor: str
    """Name of the feature extractor, or "none"."""
    extractor_hash: str
    """Its content hash (first 12 hex digits of SHA-256), or "" without an extractor."""
    samples: int
    """Number of generated samples."""
    real_samples: int
    real_split: str
    """Either ``train`` or ``test``."""


@dataclass(frozen=True)
class MetricValue:
    """One metric at one evaluation."""

    name: str
    value: float
    """NaN where it cannot be told (no finite samples)."""
    protocol: Protocol


@dataclass(frozen=True)
class NoiseFloor:
    """What a metric says of real samples in the place of generated ones: its sampling error at that many of them."""

    metric: str
    protocol: Protocol
    """With the numbers of samples that were really used: fewer than of generated ones where there are too few."""
    mean: float
    std: float
    """Of a single value, over the repeats (divided by their number - 1)."""
    repeats: int
    """Draws that it rests on."""


@dataclass(frozen=True)
class Evaluation:
    """All metrics of one trial at one moment."""

    step: int
    """Generator updates so far."""
    epoch: int
    generator: str
    """``ema`` where an averaged generator was evaluated, else ``live``."""
    final: bool
    """Whether it was made with the protocol of the end (10,000 samples) rather than that of a rung (1,000)."""
    metrics: tuple[MetricValue, ...]
    cost_s: float
    """Seconds that it took."""
    labels: tuple[int, ...] = ()
    """Classes of the samples at the first latents, which are the same at every evaluation of a trial."""

    def value(self, name: str) -> float:
        """The value of the metric ``name``.

        Raises:
            KeyError: where it was not measured.
        """
        for metric in self.metrics:
            if metric.name == name:
                return metric.value
        raise KeyError(name)


@dataclass(frozen=True)
class Finding:
    """What a detector saw: the evidence for a stop."""

    detector: str
    kind: str
    """As ``mode_collapse``; ``docs/reference/detectors.md`` has all of them, and a plug-in may name another."""
    step: int
    epoch: int
    signal: str
    """The signal or metric that crossed its threshold."""
    value: float
    threshold: float
    evidence: Mapping[str, float]
    """Every other number that the decision used."""
    sentence: str
    """What happened, for a reader, with its numbers."""
    since_step: int | None = None
    """Where the window begins that the decision looked at: it saw the steps after this one, up to ``step``. None in
    records of versions that did not say."""


@dataclass(frozen=True)
class TrialEnd:
    """The end of a trial, or of one attempt at it."""

    end: End
    reason: str
    """A sentence."""
    step: int
    epoch: int
    finding: Finding | None = None


@dataclass(frozen=True)
class Assignment:
    """One trial to run: everything that the executor and the trial need to know, as plain values."""

    identity: TrialIdentity
    seed: int
    """Seed of every random stream of the trial: ``hash(study seed, number, replicate)``."""
    attempt: int
    """0 at first; + 1 whenever its worker or driver was lost. Fences writers."""
    settings: Mapping[str, Setting]
    """The resolved configuration, flat: ``{"generator.layers": 3, ...}``, fixed and searched values alike."""
    parameters: Mapping[str, Setting]
    """The searched values alone."""
    extended_from: int | None = None
    """Number of the trial whose checkpoint it goes on from, where it is an extension of that."""
    promoted_at: int | None = None
    """Epoch of the checkpoint that it goes on from, where it waited at a rung; None for any other run."""


@dataclass(frozen=True)
class LaneReport:
    """What one trial reports to the study at an evaluation or at its end."""

    identity: TrialIdentity
    attempt: int
    step: int
    epoch: int
    evaluation: Evaluation | None = None
    end: TrialEnd | None = None
    seconds: float = 0.0
    """Time that the trial has trained and evaluated so far, over all attempts."""
    most_lanes: int | None = 0
    """Lanes that the trial's pack can have at most now; None where no bound is known, 0 where nobody may join it."""
    is_spared: bool = False
    """Whether its detectors would have stopped it and it was drawn to go on to its end, which no pruner may cut."""


def reals_seen(settings: Mapping[str, Setting], steps: int) -> int | None:
    """Real samples that the discriminator's updates of so many steps have seen; None of what trains otherwise.

    Steps of unlike batch sizes do not compare: these do.
    """
    batch_size, updates = settings.get("training.batch_size"), settings.get("training.d_steps_per_g_step", 1)
    if not isinstance(batch_size, int) or not isinstance(updates, int):
        return None
    return steps * updates * (batch_size // 2 if settings.get("training.half_batches") else batch_size)


class Decision(StrEnum):
    """What the study answers to a report."""

    CONTINUE = "continue"
    PRUNE = "prune"
    PAUSE = "pause"
    """Checkpoint and make room for others: it may go on later, from there."""
    STOP = "stop"
    """The study is being stopped (by the user, or its budget is spent): checkpoint and rest."""


def to_json(record: Any) -> dict[str, Any]:
    """A record as plain dictionaries and lists (enums as their values)."""
    return asdict(record)


def evaluation_from_json(raw: Mapping[str, Any]) -> Evaluation:
    """An ``Evaluation`` from what ``to_json`` made of it."""
    metrics = tuple(
        MetricValue(metric["name"], metric["value"], _protocol(*metric["protocol"].items()))
        for metric in raw["metrics"]
    )
    return Evaluation(**{**raw, "metrics": metrics, "labels": tuple(raw.get("labels", ()))})


@cache
def _protocol(*said: tuple[str, Any]) -> Protocol:
    """One object for the thousands of evaluations that share a protocol."""
    return Protocol(**dict(said))


def noise_floor_from_json(raw: Mapping[str, Any]) -> NoiseFloor:
    """A ``NoiseFloor`` from what ``to_json`` made of it."""
    return NoiseFloor(**{**raw, "protocol": Protocol(**raw["protocol"])})


def finding_from_json(raw: Mapping[str, Any] | None) -> Finding | None:
    """A ``Finding`` from what ``to_json`` made of it."""
    return None if raw is None else Finding(**raw)


def trial_end_from_json(raw: Mapping[str, Any]) -> TrialEnd:
    """A ``TrialEnd`` from what ``to_json`` made of it."""
    return TrialEnd(**{**raw, "end": End(raw["end"]), "finding": finding_from_json(raw["finding"])})
