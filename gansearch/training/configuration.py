"""What one lane trains: the resolved configuration, as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from torch import Tensor

from gansearch.data import DataSet
from gansearch.data.clusters import OWN
from gansearch.dimensions import Choice, Int, declared, static
from gansearch.gan import Discriminator, Generator, Loss, Network
from gansearch.plugins import Plugin, Registry
from gansearch.records import Geometry
from gansearch.training.precision import PRECISIONS
from gansearch.tricks import Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimizer(Plugin):
    """An optimizer's configuration; its traced fields hold [K] tensors in a pack. ``training.descent`` has them all."""

    def initial_state(self, values: Tensor) -> dict[str, Tensor]:
        """State before the first update of parameters ``values`` [K, P]: tensors [K, ...] by name."""
        raise NotImplementedError

    def update(self, values: Tensor, gradients: Tensor, state: Mapping[str, Tensor]) -> None:
        """One update of ``values`` [K, P] along ``gradients`` [K, P]; changes ``values`` and ``state`` in place."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How long and in what portions one trial trains."""

    batch_size: int = static(128, Int(16, 512, log=True), "samples per update", limits=Int(1, 65536))
    epochs: int = static(100, Int(1, 1000, log=True), "passes over the data", limits=Int(1, 1_000_000))
    evaluate_every: int | None = static(
        None,
        Int(1, 100, log=True),
        "epochs between evaluations; left out, what keeps their cost below 15 % of a trial",
        unit="epochs",
        limits=Int(1, 1_000_000),
    )
    precision: str = static(
        "fp32", Choice(PRECISIONS), "number format of matrix products and convolutions; other than fp32 needs a GPU"
    )
    d_steps_per_g_step: int = static(1, Int(1, 5), "discriminator updates per step", limits=Int(1, 100))
    g_steps_per_d_step: int = static(1, Int(1, 2), "generator updates per step", limits=Int(1, 100))
    half_batches: bool = static(
        False, Choice((False, True)), "whether the discriminator gets half as many samples of either kind per update"
    )
    discriminator_batches: str = static(
        "separate",
        Choice(("separate", "mixed")),
        "whether real and fake samples are one batch for what couples a batch (batch normalisation, say)",
    )
    labels: str = static(
        OWN, Choice((OWN, "kmeans")), "classes of the real samples: the data's, or clusters of their pixels"
    )
    label_clusters: int = static(10, Int(2, 100, log=True), "clusters where labels are kmeans", limits=Int(2, 10_000))


@dataclass(frozen=True, kw_only=True, eq=False)
class Configuration:
    """Everything that determines one lane's training, its seed apart."""

    dataset: DataSet
    generator: Generator
    discriminator: Discriminator
    loss: Loss
    generator_optimizer: Optimizer
    discriminator_optimizer: Optimizer
    tricks: tuple[Trick, ...]
    """The enabled ones, sorted by name."""
    training: TrainingSettings

    PARTS: ClassVar[tuple[str, ...]] = (
        "dataset",
        "generator",
        "discriminator",
        "loss",
        "generator_optimizer",
        "discriminator_optimizer",
    )

    @property
    def geometry(self) -> Geometry:
        """Of the samples, with the classes that training is told of."""
        geometry = self.dataset.geometry
        return geometry if self.training.labels == OWN else replace(geometry, classes=self.training.label_clusters)

    def signature(self) -> tuple[tuple[str, object], ...]:
        """The static part: lanes of one pack have equal signatures."""
        parts: list[tuple[str, object]] = []
        mixes = all(trick.mixes for trick in self.tricks)
        for part, owner in self._owners():
            parts.append((part, type(owner).name if isinstance(owner, Plugin) else part))
            parts.extend(
                (f"{part}.{name}", getattr(owner, name))
                for name, said in declared(type(owner)).items()
                if not said.may_differ or (said.mixed and not mixes)
            )
            if isinstance(owner, Network):
                parts.extend((f"{part}.{name}", value) for name, value in owner.structure().items())
        return tuple(parts)

    def mixed_key(self) -> tuple[tuple[float, ...], tuple[str, ...]]:
        """By what lanes of one signature are sorted, so that those whose mixed fields are equal stand together.

        Numbers come first, from the largest down: the lanes that have a layer are then the first ones of the pack.
        """
        mixed = [
            (said, getattr(owner, name))
            for _, owner in self._owners()
            for name, said in declared(type(owner)).items()
            if said.mixed
        ]
        numbers = tuple(-value for said, value in mixed if not isinstance(said.limits, Choice))
        return numbers, tuple(str(value) for said, value in mixed if isinstance(said.limits, Choice))

    @property
    def one_lane_reason(self) -> str | None:
        """Why it can only be trained as a pack of one lane; None where it can be in any."""
        geometry = self.dataset.geometry
        return self.generator.one_lane_reason(geometry) or self.discriminator.one_lane_reason(geometry)

    @property
    def max_lanes(self) -> int | None:
        """The most lanes of a pack of this structure; None where any number can be trained together."""
        return None if self.one_lane_reason is None else 1

    def _owners(self) -> list[tuple[str, object]]:
        owners: list[tuple[str, object]] = [(part, getattr(self, part)) for part in self.PARTS]
        owners.extend((f"tricks.{trick.name}", trick) for trick in self.tricks)
        owners.append(("training", self.training))
        return owners


optimizers: Registry[Optimizer] = Registry("optimizer", Optimizer, "gansearch.training.descent")
