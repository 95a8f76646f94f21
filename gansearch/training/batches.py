"""Batches of real samples: every lane sees each epoch in an order of its own."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from gansearch.data import Samples
from gansearch.errors import TrainingError
from gansearch.training.streams import Streams


class Batches:
    """The real batches of an epoch.

    An epoch is ``len(samples) // batch_size`` steps, whatever the number of discriminator updates in each: every
    update of a step goes through the data in an order of its own, so that further ones leave the first as it was.

    Args:
        samples: the training split, on the device.
        batch_size: samples in a batch; the last, incomplete batch of an epoch is dropped.
        per_step: discriminator updates per step.

    Raises:
        TrainingError: where there are fewer samples than one batch needs.
    """

    def __init__(self, samples: Samples, *, batch_size: int, per_step: int, dtype: torch.dtype) -> None:
        if len(samples) < batch_size:
            raise TrainingError(
                f"the training data must hold at least one batch; got {len(samples)} samples and a batch_size of "
                f"{batch_size}"
            )
        self._samples = samples
        self._batch_size = batch_size
        self._per_step = per_step
        self._dtype = dtype
        self.steps_per_epoch = len(samples) // batch_size

    def epoch(self, streams: Streams) -> Iterator[list[Tensor]]:
        """For each step the batches [K, B, *shape] of its discriminator updates; ``streams`` stands at the first."""
        names = [f"batches/{update}" for update in range(self._per_step)]
        orders = [streams.permutation(name, len(self._samples)) for name in names]
        for step in range(self.steps_per_epoch):
            chosen = slice(step * self._batch_size, (step + 1) * self._batch_size)
            yield [self._samples.batch(order[:, chosen], self._dtype) for order in orders]
