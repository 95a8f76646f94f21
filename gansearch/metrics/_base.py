"""What a metric is: one class that compares generated samples with real ones through their features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, TypeAlias

from jaxtyping import Bool, Float
from torch import Tensor

from gansearch.plugins import Plugin, Registry

Direction: TypeAlias = Literal["minimize", "maximize"]

RealSet: TypeAlias = Literal["whole", "matched", "none"]
"""Real samples that a metric compares with: up to 10,000, as many as there are generated ones, or none at all."""


@dataclass(frozen=True, eq=False)
class Measured:
    """Samples as a metric sees them."""

    samples: Tensor
    """[n, *shape], images in [-1, 1]."""
    features: Float[Tensor, "n d"]
    probabilities: Float[Tensor, "n c"] | None
    """Class probabilities (one-hot modes for points), or None where there are no classes."""
    high_quality: Bool[Tensor, " n"] | None = None
    """For points of a known mixture, whether each lies within 3 standard deviations of its nearest mode; else None."""
    batch: int | None = None
    """Samples of one minibatch, where they were drawn in such, one after the other, as in training; else None."""

    @property
    def is_finite(self) -> bool:
        """Whether there are samples, and every feature is a finite number."""
        return len(self.features) > 0 and bool(self.features.isfinite().all())


class Extractor(Protocol):
    """A frozen function from samples to features and class probabilities."""

    @property
    def name(self) -> str:
        """As ``mnist-cnn``."""
        ...

    @property
    def hash(self) -> str:
        """First 12 hex digits of the SHA-256 of its weights and definition."""
        ...

    def __call__(self, samples: Tensor) -> Measured:
        """Measure samples [n, *shape], in chunks, without gradients."""
        ...


@dataclass(frozen=True, kw_only=True)
class Metric(Plugin):
    """One number about generated samples."""

    unit: ClassVar[str]
    direction: ClassVar[Direction]
    source: ClassVar[str]
    """Paper or definition."""
    real_set: ClassVar[RealSet] = "matched"
    needs_classes: ClassVar[bool] = False
    """Whether it needs class probabilities."""
    needs_classifier: ClassVar[bool] = False
    """Whether it needs a classifier's probabilities: those of a mixture's modes are 0 or 1 and tell it nothing."""
    needs_modes: ClassVar[bool] = False
    """Whether it needs the known modes of a mixture."""
    needs_batches: ClassVar[bool] = False
    """Whether it needs samples that were drawn in minibatches, as they are at the end of a trial alone."""

    @classmethod
    def missing(cls, real: Measured) -> str | None:
        """What the data lacks for this metric, in words, or None where it can be measured."""
        if cls.needs_batches and real.batch is None:
            return "minibatches, which are drawn at the end of a trial alone"
        has_classes, has_modes = real.probabilities is not None, real.high_quality is not None
        if (cls.needs_classes or cls.needs_classifier) and not has_classes:
            return "classes"
        if cls.needs_classifier and has_modes:
            return "a classifier"
        return "known modes" if cls.needs_modes and not has_modes else None

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The metric's value; NaN where ``fake`` holds a non-finite number or too few samples."""
        raise NotImplementedError


metrics: Registry[Metric] = Registry("metric", Metric, "gansearch.metrics")
