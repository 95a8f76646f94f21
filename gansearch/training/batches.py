"""Batches of real samples: every lane sees each epoch in an order of its own."""

from __future__ import annotations

from typing import Final

import torch
from jaxtyping import Int64
from torch import Tensor

from gansearch.data import Samples, scaled
from gansearch.errors import TrainingError
from gansearch.training.streams import Streams
from gansearch.tricks import Shown

_READY_BYTES: Final = 64 * 2**20
"""Data up to this size are kept as the numbers that networks see; larger ones are scaled batch by batch."""


def ready(samples: Samples, device: torch.device, dtype: torch.dtype) -> Samples:
    """The samples on the device; as the numbers that networks see, where they are small enough."""
    values = samples.values.to(device)
    if values.numel() * dtype.itemsize <= _READY_BYTES:
        values = scaled(values, dtype)
    return Samples(values, samples.labels.to(device))


class Batches:
    """The real batches of an epoch, gathered on the device.

    An epoch is ``len(samples) // batch_size`` steps, whatever the number of discriminator updates in each: every
    update of a step goes through the data in an order of its own, so that further ones leave the first as it was.

    Args:
        samples: the training split, on the device, ``ready`` or not.
        lanes: K.
        batch_size: samples in a batch; the last, incomplete batch of an epoch is dropped.
        per_step: discriminator updates per step.
        dtype: format of the batches.

    Raises:
        TrainingError: where there are fewer samples than one batch needs.
    """

    def __init__(self, samples: Samples, *, lanes: int, batch_size: int, per_step: int, dtype: torch.dtype) -> None:
        if len(samples) < batch_size:
            raise TrainingError(
                f"the training data must hold at least one batch; got {len(samples)} samples and a batch_size of "
                f"{batch_size}"
            )
        self.steps_per_epoch = len(samples) // batch_size
        self.count = len(samples)
        self._shape = samples.values.shape[1:]
        # Whole rows: gathering by single numbers takes three times as long.
        self._rows = samples.values.flatten(1)
        self._labels = samples.labels
        self._dtype = dtype
        # The memory stays where it is from epoch to epoch: a recorded program reads it there.
        device = samples.values.device
        self._orders = torch.empty(per_step, lanes, self.steps_per_epoch, batch_size, dtype=torch.int64, device=device)

    def shuffle(self, streams: Streams) -> None:
        """Draw the orders of the epoch at whose first step ``streams`` stands."""
        for update, order in enumerate(self._orders.unbind()):
            drawn = streams.permutation(f"batches/{update}", self.count)
            order.copy_(drawn[:, : order.shape[1] * order.shape[2]].view_as(order))

    def at(self, position: Int64[Tensor, " 1"]) -> list[Shown]:
        """The batches of each discriminator update of the step at ``position`` within the epoch."""
        chosen = self._orders.index_select(2, position)
        return [self.take(rows.squeeze(1)) for rows in chosen.unbind()]

    def take(self, indices: Int64[Tensor, "K n"]) -> Shown:
        """Samples [K, n, *shape] and their classes [K, n] by their numbers, from 0 up to ``count``."""
        rows = indices.flatten()
        values = scaled(self._rows.index_select(0, rows), self._dtype)
        return Shown(values.view(*indices.shape, *self._shape), self._labels.index_select(0, rows).view(indices.shape))
