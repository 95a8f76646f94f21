"""What each step tells: one number per signal, lane and step, kept on the device and handed out once an epoch.

The losses are of the step itself, all else of the last step that was measured: every tenth of an epoch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from numpy.typing import NDArray
from torch import Tensor

from gansearch.records import MEASURE_EVERY

LOSSES: Final = ("d_loss", "g_loss")
HELD: Final = (
    "label_floor",
    "d_accuracy_real",
    "d_accuracy_fake",
    "d_label_accuracy",
    "real_score",
    "fake_score",
    "real_score_spread",
    "fake_score_spread",
    "d_grad_norm",
    "g_grad_norm",
    "image_grad_norm",
    "d_update_ratio",
    "g_update_ratio",
    "d_norm",
    "g_norm",
    "fake_spread",
    "real_spread",
    "fake_extreme",
    "real_extreme",
)
"""The signals that are those of their last measurement."""

NAMES: Final = (*LOSSES, *HELD)
"""The signals in their order; ``detectors.Trace`` says what each is. With several discriminator updates per generator
update they are of the last one. The losses hold the terms of the tricks."""

EXTREME: Final = 0.99
"""Share of the largest real number from which a number of a sample is extreme: black or white, or out of the data."""


@dataclass(frozen=True, eq=False)
class Signals:
    """The signals of one epoch."""

    names: tuple[str, ...]
    values: NDArray[np.float32]
    """[K, signals, steps]."""

    def lane(self, lane: int) -> dict[str, NDArray[np.float32]]:
        """One lane's signals by name, each [steps]."""
        return dict(zip(self.names, self.values[lane], strict=True))


class SignalBuffer:
    """Room on the device for the signals of ``steps`` steps, ``further`` ones of tricks among them.

    Nothing is read from it before ``read``.
    """

    def __init__(self, like: Tensor, steps: int, further: Sequence[str] = ()) -> None:
        self._further = tuple(further)
        self.told = like.new_zeros(steps, like.shape[0], len(LOSSES) + len(self._further))
        """Of every step: the losses, and what tricks tell."""
        self.held = like.new_zeros(-(-steps // MEASURE_EVERY), like.shape[0], len(HELD))
        """Of every measurement."""

    def put(self, position: Int64[Tensor, " 1"], signals: Mapping[str, Float[Tensor, " K"]]) -> None:
        """Keep what a step at a position of its epoch tells: the losses and the signals of tricks."""
        row = torch.stack([signals[name] for name in (*LOSSES, *self._further)], 1)
        self.told.index_copy_(0, position, row[None])

    def hold(self, position: Int64[Tensor, " 1"], signals: Mapping[str, Float[Tensor, " K"]]) -> None:
        """Keep what was measured at a position, for this step and those up to the next measurement."""
        row = torch.stack([signals[name] for name in HELD], 1)
        self.held.index_copy_(0, position // MEASURE_EVERY, row[None])

    def read(self) -> Signals:
        """The signals of every position; this waits for the device."""
        told, held = (each.to(device="cpu", dtype=torch.float32) for each in (self.told, self.held))
        held = held.repeat_interleave(MEASURE_EVERY, 0)[: len(told)]
        values = torch.cat([told[:, :, : len(LOSSES)], held, told[:, :, len(LOSSES) :]], 2).permute(1, 2, 0)
        return Signals((*NAMES, *self._further), np.array(values.numpy(), order="C"))


def spread(samples: Float[Tensor, "K B *shape"]) -> Float[Tensor, " K"]:
    """Standard deviation over the batch, mean over pixels, in units of the samples."""
    flat = samples.flatten(2)
    centred = flat - flat.mean(1, keepdim=True)
    return centred.square_().mean(1).sqrt_().mean(1)


def sample_looks(real: Float[Tensor, "K B *shape"], fake: Float[Tensor, "K B *shape"]) -> Float[Tensor, "4 K"]:
    """Spreads of fake and real samples, then the shares of their numbers that are extreme.

    A number is extreme from 99 % of the largest magnitude among the real ones of the batch. Of digits on black most
    numbers are, real and fake; a generator whose last layer is saturated has nothing else.
    """
    bound = EXTREME * real.flatten(1).abs().amax(1)[:, None]
    extremes = [(each.flatten(1).abs() >= bound).to(each.dtype).mean(1) for each in (fake, real)]
    return torch.stack([spread(fake), spread(real), *extremes])


def label_accuracy(says_real: Bool[Tensor, "K B"], labels: Float[Tensor, "K B"]) -> Float[Tensor, " K"]:
    """The share of targets whose rounding, to 0 or 1, is what the discriminator says; 0.5 rounds to 0.

    With hard labels it is the accuracy; with noisy ones the "threshold binary accuracy" of Keras articles.
    """
    return share(says_real == (labels > 0.5), labels)


def share(condition: Tensor, like: Tensor) -> Float[Tensor, " K"]:
    """The share of a batch [K, B] for which ``condition`` holds, in the number format of ``like``."""
    return condition.to(like.dtype).mean(1)


def image_gradient_norm(slope: Float[Tensor, "K B *shape"]) -> Float[Tensor, " K"]:
    """Norm of the gradient of an image's own term of the generator's loss, mean over the batch.

    Args:
        slope: gradient of the loss with respect to the images. The loss is a mean over the batch, so an image's own
            term has B times this gradient; the signal does not shrink with the batch size.
    """
    norms: Tensor = torch.linalg.vector_norm(slope.flatten(2), dim=2)
    return norms.mean(1) * slope.shape[1]
