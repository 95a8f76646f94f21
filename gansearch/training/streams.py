"""Random streams keyed by (trial seed, consumer name, step): a lane's numbers depend on nothing else.

Neither its neighbours in the pack nor another consumer can shift them, so a trick that is switched on, or off, leaves
every other draw as it was. The key is mixed by the finaliser of SplitMix64 (Steele et al. 2014,
doi:10.1145/2660193.2660195) and reseeds one generator a lane for every draw. torch's CPU generator takes the key's low
32 bits: two draws in four thousand million coincide, which no statistic of a run can notice.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Final

import torch
from jaxtyping import Float, Int64
from torch import Tensor

_LOW_64: Final = 2**64 - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
_LEVELS: Final = 2**16
"""A dropout probability is rounded to a multiple of 1 / 65,536, so that the share kept is exact."""


class Streams:
    """The random streams of a pack at one step.

    A consumer that draws twice within a step gets further numbers: the count of its draws is part of the key.
    Everything is drawn in float32 and then cast, so that a float64 pack sees the same numbers.
    """

    def __init__(
        self, seeds: Sequence[int], *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
    ) -> None:
        self._seeds = tuple(mixed(seed) for seed in seeds)
        self._generators = tuple(torch.Generator(device=device) for _ in seeds)
        self._device = torch.device(device)
        self._dtype = dtype
        self._step = 0
        self._draws: Counter[str] = Counter()

    def at(self, step: int) -> None:
        """Go to ``step`` (0 or more), to its beginning."""
        self._step = step
        self._draws.clear()

    def branch(self, prefix: str) -> Branch:
        """The streams of the consumers whose names start with ``prefix/``."""
        return Branch(self, prefix)

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Float[Tensor, "K *shape"]:
        """Standard normal numbers [K, *shape]."""
        numbers = self._empty(prod(shape))
        for row, generator in zip(numbers.unbind(), self._seeded(consumer), strict=True):
            row.normal_(generator=generator)
        return numbers.view(-1, *shape).to(self._dtype)

    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Float[Tensor, "K *shape"]:
        """Numbers uniform in [0, 1), [K, *shape]."""
        numbers = self._empty(prod(shape))
        for row, generator in zip(numbers.unbind(), self._seeded(consumer), strict=True):
            row.uniform_(generator=generator)
        return numbers.view(-1, *shape).to(self._dtype)

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Float[Tensor, " K"]) -> Float[Tensor, "K *shape"]:
        """A dropout mask [K, *shape]: ``1 / (1 - p)`` where kept, 0 where dropped; ``p`` in [0, 1) has shape [K].

        Compares 16 random bits per number with ``p``, rounded to 1 / 65,536.
        """
        count = prod(shape)
        raw = self._empty(-(-count // 4), torch.int64)
        for row, generator in zip(raw.unbind(), self._seeded(consumer), strict=True):
            row.random_(-(2**63), None, generator=generator)
        dropped = (p * _LEVELS).round().clamp(0, _LEVELS - 1)
        kept = raw.view(torch.int16)[:, :count] >= (dropped - _LEVELS // 2).to(torch.int16)[:, None]
        scale = (_LEVELS / (_LEVELS - dropped)).to(self._dtype)
        return kept.to(self._dtype).mul_(scale[:, None]).view(-1, *shape)

    def permutation(self, consumer: str, size: int) -> Int64[Tensor, "K size"]:
        """The numbers from 0 to ``size`` - 1 in random order, in every lane another."""
        orders = [
            torch.randperm(size, generator=generator, device=self._device) for generator in self._seeded(consumer)
        ]
        return torch.stack(orders)

    def _empty(self, count: int, dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.empty(len(self._seeds), count, dtype=dtype, device=self._device)

    def _seeded(self, consumer: str) -> list[torch.Generator]:
        """The lanes' generators at the start of this consumer's next draw."""
        draw = self._draws[consumer]
        self._draws[consumer] = draw + 1
        key = mixed(mixed(mixed(consumer_key(consumer)) ^ self._step) ^ draw)
        return [
            generator.manual_seed(mixed(seed ^ key))
            for seed, generator in zip(self._seeds, self._generators, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Branch:
    """The streams of one group of consumers: each name is put behind the group's own."""

    streams: Streams
    prefix: str

    def branch(self, prefix: str) -> Branch:
        """The streams of the consumers of this group whose names start with ``prefix/``."""
        return Branch(self.streams, f"{self.prefix}/{prefix}")

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Float[Tensor, "K *shape"]:
        """As ``Streams.normal``."""
        return self.streams.normal(f"{self.prefix}/{consumer}", shape)

    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Float[Tensor, "K *shape"]:
        """As ``Streams.uniform``."""
        return self.streams.uniform(f"{self.prefix}/{consumer}", shape)

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Float[Tensor, " K"]) -> Float[Tensor, "K *shape"]:
        """As ``Streams.keep_mask``."""
        return self.streams.keep_mask(f"{self.prefix}/{consumer}", shape, p)


def mixed(number: int) -> int:
    """A 64-bit number of which every bit depends on every bit of ``number`` (taken modulo 2 ** 64)."""
    z = (number + _GOLDEN) & _LOW_64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _LOW_64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _LOW_64
    return z ^ (z >> 31)


@lru_cache(maxsize=4096)
def consumer_key(consumer: str) -> int:
    """64 bits that stand for a consumer's name, the same in every process."""
    return int.from_bytes(hashlib.blake2b(consumer.encode(), digest_size=8).digest(), "big")
