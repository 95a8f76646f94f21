"""Dropout masks and noise for the tests of networks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gansearch.testing.seeded import seeded_normal, seeded_uniform


class FakeDraws:
    """Masks and noise of one lane for each seed; a lane's are equal beside others and alone."""

    def __init__(self, seeds: Sequence[int], dtype: torch.dtype = torch.float64, *, is_sampling: bool = False) -> None:
        self._seeds = seeds
        self._dtype = dtype
        self.is_sampling = is_sampling

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Tensor) -> Tensor:
        """A dropout mask [K, *shape]: 1 / (1 - p) where kept, 0 where dropped; ``p`` has shape [K]."""
        uniform = seeded_uniform(consumer, self._seeds, shape, self._dtype)
        chance = p.to(self._dtype).reshape(-1, *[1] * len(shape))
        return torch.where(uniform < chance, 0.0, 1 / (1 - chance))

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        """Standard normal numbers [K, *shape]."""
        return seeded_normal(consumer, self._seeds, shape, self._dtype)

    def lanes(self, start: int, stop: int) -> FakeDraws:
        """Masks and noise of some of the lanes."""
        return FakeDraws(self._seeds[start:stop], self._dtype, is_sampling=self.is_sampling)
