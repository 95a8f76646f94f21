"""What each step tells: one number per signal, lane and step, kept on the device and handed out once an epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from gansearch.tricks import Labels

NAMES: Final = (
    "d_loss",
    "g_loss",
    "label_floor",
    "d_accuracy_real",
    "d_accuracy_fake",
    "real_score",
    "fake_score",
    "d_grad_norm",
    "g_grad_norm",
    "image_grad_norm",
    "d_update_ratio",
    "g_update_ratio",
    "fake_spread",
    "real_spread",
)
"""The signals in their order; ``detectors.Trace`` says what each is. With several discriminator updates per generator
update they are of the last one. The losses hold the terms of the tricks, the update ratios their last measurement."""

UPDATE_RATIO_EVERY: Final = 10
"""Steps between two measurements of the update ratios, which cost a pass over all parameters."""


@dataclass(frozen=True, eq=False)
class Signals:
    """The signals of one epoch."""

    names: tuple[str, ...]
    values: NDArray[np.float32]
    """[K, signals, steps]."""
    first_step: int
    """Generator updates done before the first of these steps."""

    def lane(self, lane: int) -> dict[str, NDArray[np.float32]]:
        """One lane's signals by name, each [steps]."""
        return dict(zip(self.names, self.values[lane], strict=True))


class SignalBuffer:
    """Room for the signals of up to ``steps`` steps; nothing is read from the device before ``read``."""

    def __init__(self, like: Tensor, steps: int) -> None:
        self._values = like.new_zeros(steps, like.shape[0], len(NAMES))
        self._count = 0

    def append(self, signals: Mapping[str, Float[Tensor, " K"]]) -> None:
        """Keep one step's signals."""
        torch.stack([signals[name] for name in NAMES], 1, out=self._values[self._count])
        self._count += 1

    def read(self, first_step: int) -> Signals:
        """All signals since the last reading, which are then forgotten."""
        values = self._values[: self._count].permute(1, 2, 0).to(device="cpu", dtype=torch.float32)
        self._count = 0
        return Signals(NAMES, np.array(values.numpy(), order="C"), first_step)


def spread(samples: Float[Tensor, "K B *shape"]) -> Float[Tensor, " K"]:
    """Standard deviation over the batch, mean over pixels, in units of the samples."""
    flat = samples.flatten(2)
    centred = flat - flat.mean(1, keepdim=True)
    return centred.square_().mean(1).sqrt_().mean(1)


def label_floor(labels: Labels) -> Float[Tensor, " K"]:
    """The lowest cross entropy, real plus fake, that targets with these means allow, in nats.

    A discriminator that tells real from fake perfectly still pays the entropy of the labels themselves.
    """
    return binary_entropy(labels.real.mean(1)) + binary_entropy(labels.fake.mean(1))


def binary_entropy(probability: Tensor) -> Tensor:
    """``-p log p - (1 - p) log(1 - p)`` in nats, with ``p`` clamped to [0, 1]."""
    p = probability.clamp(0, 1)
    entropy: Tensor = torch.special.entr(p) + torch.special.entr(1 - p)
    return entropy


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
