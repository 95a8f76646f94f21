"""Random numbers for tests: one stream for each consumer and lane, decided by the lane's seed alone."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import torch
from torch import Generator, Tensor


def stream(consumer: str, seed: int) -> Generator:
    """A new generator, the same for the same consumer and seed."""
    return Generator().manual_seed(crc32(f"{consumer} {seed}".encode()))


def seeded_normal(
    consumer: str, seeds: Sequence[int], shape: tuple[int, ...], dtype: torch.dtype = torch.float64
) -> Tensor:
    """Standard normal numbers, [K, *shape] for K seeds."""
    return torch.stack([torch.randn(shape, generator=stream(consumer, seed), dtype=dtype) for seed in seeds])


def seeded_uniform(
    consumer: str, seeds: Sequence[int], shape: tuple[int, ...], dtype: torch.dtype = torch.float64
) -> Tensor:
    """Numbers uniform in [0, 1), [K, *shape] for K seeds."""
    return torch.stack([torch.rand(shape, generator=stream(consumer, seed), dtype=dtype) for seed in seeds])
