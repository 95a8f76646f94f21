"""What a metric is: one class that compares generated samples with real ones through their features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, Literal, Protocol, TypeAlias

from jaxtyping import Bool, Float
from torch import Tensor

from gansearch.errors import DataError
from gansearch.plugins import Plugin, Registry

Direction: TypeAlias = Literal["minimize", "maximize"]

View: TypeAlias = Literal["reference", "second", "pixels", "inception"]
"""How a metric looks at samples: by the reference extractor; by the second, independent classifier, which nothing that
trains or stops a run ever sees; as their own numbers, pixels in [0, 1]; by the user's Inception weights."""

RealSet: TypeAlias = Literal["whole", "matched", "training", "none"]
"""Real samples that a metric compares with: up to 10,000 of the reference split, as many of it as there are generated
ones, all that the generator was trained on, or none."""

When: TypeAlias = Literal["rung", "end", "asked"]
"""Moments at which a metric is measured: at every evaluation of a trial, at its end alone, or at the end where a user
names it."""

MOST_SAMPLES: Final = 10_000
"""Samples that most metrics look at, at most; further ones are left out."""


@dataclass(frozen=True, eq=False)
class Scores:
    """The discriminator's logits of "real", from a trial's own discriminator."""

    training: Float[Tensor, " n"]
    """Of real samples that it was trained on."""
    held_out: Float[Tensor, " m"] | None
    """Of real samples that it has never seen; None where the data set has none."""
    fake: Float[Tensor, " k"]


@dataclass(frozen=True)
class Duel:
    """What the game ``E log D(x) + E log(1 - D(G(z)))`` is worth when one side goes on training alone."""

    against_best_discriminator: float
    against_best_generator: float


@dataclass(frozen=True, eq=False)
class Players:
    """What the two networks of a trial show at one moment, whatever the loss is."""

    training: Float[Tensor, " n"]
    """The discriminator's scores of real samples that it was trained on."""
    held_out: Float[Tensor, " m"] | None
    """Of real samples that it has never seen; None where the data set has none."""
    steepness: float
    """Root mean square, over latents, of the Frobenius norm of the generator's Jacobian."""
    score_slope: float
    """Mean norm of the gradient of the discriminator's score at generated samples."""


@dataclass(frozen=True, eq=False)
class Measured:
    """Samples as a metric sees them."""

    samples: Tensor | None
    """[n, *shape], images in [-1, 1]; None of real ones, whose features stand for them."""
    features: Float[Tensor, "n d"]
    probabilities: Float[Tensor, "n c"] | None
    """Class probabilities (one-hot modes for points), or None where there are no classes."""
    high_quality: Bool[Tensor, " n"] | None = None
    """For points of a known mixture, whether each lies within 3 standard deviations of its nearest mode; else None."""
    batch: int | None = None
    """Samples of one minibatch, where they were drawn in such, one after the other, as in training; else None."""
    scores: Scores | None = None
    """Of generated samples whose trial has a discriminator at hand."""
    duel: Duel | None = None
    """Of generated samples whose trial has been put to the test."""
    players: Players | None = None
    """Of generated samples whose trial has both its networks at hand."""

    @cached_property
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
        """Measure samples [n, *shape], in chunks of 500, without gradients; chunks apart give the same to the bit."""
        ...


@dataclass(frozen=True, kw_only=True)
class Metric(Plugin):
    """One number about generated samples. Subclasses say what they need and write ``measure``."""

    unit: ClassVar[str]
    direction: ClassVar[Direction]
    source: ClassVar[str]
    """Paper or definition."""
    view: ClassVar[View] = "reference"
    when: ClassVar[When] = "rung"
    real_set: ClassVar[RealSet] = "matched"
    least_samples: ClassVar[int] = 1
    """Samples on either side below which there is no value."""
    most_samples: ClassVar[int] = MOST_SAMPLES
    """Generated samples that it looks at, at most: the first ones."""
    needs_classes: ClassVar[bool] = False
    """Whether it needs class probabilities."""
    needs_classifier: ClassVar[bool] = False
    """Whether it needs a classifier's probabilities: those of a mixture's modes are 0 or 1 and tell it nothing."""
    needs_modes: ClassVar[bool] = False
    """Whether it needs the known modes of a mixture."""
    needs_images: ClassVar[bool] = False
    """Whether it needs samples that are images [C, H, W]."""
    least_side: ClassVar[int] = 1
    """Pixels that the shorter side of images must have."""
    needs_batches: ClassVar[bool] = False
    """Whether it needs samples that were drawn in minibatches, as they are at the end of a trial alone."""
    needs_scores: ClassVar[bool] = False
    """Whether it needs the scores of the trial's discriminator."""
    needs_duel: ClassVar[bool] = False
    """Whether it needs to know what each player gains by training on alone."""
    needs_players: ClassVar[bool] = False
    """Whether it needs what the trial's networks show of themselves."""
    needs_held_out: ClassVar[bool] = False
    """Whether it needs the discriminator's scores of samples that it has never seen."""

    @classmethod
    def needs_only_samples(cls) -> bool:
        """Whether it has a value of samples that nothing else is known of, neither trial nor minibatches."""
        return not (cls.needs_batches or cls.needs_scores or cls.needs_duel or cls.needs_players or cls.needs_held_out)

    @classmethod
    def missing(cls, real: Measured | None, shape: tuple[int, ...]) -> str | None:
        """What the data set lacks for this metric, in words, or None where it can be measured.

        Args:
            real: real samples in the view of this metric; None where there is no such view of them.
            shape: of one sample.
        """
        if real is None:
            return ABSENT[cls.view]
        if cls.needs_images and len(shape) != 3:
            return "images"
        if cls.needs_images and min(shape[1:]) < cls.least_side:
            return f"images of at least {cls.least_side} pixels a side"
        has_classes, has_modes = real.probabilities is not None, real.high_quality is not None
        if (cls.needs_classes or cls.needs_classifier) and not has_classes:
            return "classes"
        if cls.needs_classifier and has_modes:
            return "a classifier"
        return "known modes" if cls.needs_modes and not has_modes else None

    @classmethod
    def refusal(cls, *, generated: int, real: int) -> str | None:
        """Why so many samples are too few, as a sentence; None where they are enough."""
        sides = {"generated": generated} | ({"real": real} if cls.real_set != "none" else {})
        few = [f"{count:,} {side} ones" for side, count in sides.items() if count < cls.least_samples]
        return f"{cls.name} needs at least {cls.least_samples:,} samples; got {few[0]}" if few else None

    def value(self, *, real: Measured, fake: Measured) -> float:
        """The metric's value; NaN where there are no samples, or one is not finite.

        Raises:
            DataError: where there are too few on either side.
        """
        if not fake.is_finite:
            return float("nan")
        why = self.refusal(generated=len(fake.features), real=len(real.features))
        if why is not None:
            raise DataError(why)
        return self.measure(real=real, fake=fake)

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The value for samples that are enough and finite, and have what the metric needs.

        NaN where it is not defined for them.
        """
        raise NotImplementedError


ABSENT: Final[dict[View, str]] = {
    "reference": "an extractor",
    "second": "a second classifier, which needs images with classes, or known modes",
    "pixels": "samples as numbers",
    "inception": "Inception weights (--inception-weights FILE); nothing else stands in for them",
}
"""What a data set lacks that has no such view."""

metrics: Registry[Metric] = Registry("metric", Metric, "gansearch.metrics")
