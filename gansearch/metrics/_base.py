"""What a metric is: one class that compares generated samples with real ones through their features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, TypeAlias

from jaxtyping import Float
from torch import Tensor

from gansearch.plugins import Plugin, Registry

Direction: TypeAlias = Literal["minimize", "maximize"]


@dataclass(frozen=True, eq=False)
class Measured:
    """Samples as a metric sees them."""

    samples: Tensor
    """[n, *shape], images in [-1, 1]."""
    features: Float[Tensor, "n d"]
    probabilities: Float[Tensor, "n c"] | None
    """Class probabilities (one-hot modes for points), or None where there are no classes."""


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
    needs_classes: ClassVar[bool] = False
    """Whether it needs class probabilities."""

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The metric's value; NaN where ``fake`` holds a non-finite number."""
        raise NotImplementedError


metrics: Registry[Metric] = Registry("metric", Metric, "gansearch.metrics")
