"""Random streams keyed by (trial seed, consumer name, step): a lane's numbers depend on nothing else.

Neither its neighbours in the pack nor another consumer can shift them, so a trick that is switched on, or off, leaves
every other draw as it was. Keys are mixed by the finaliser of SplitMix64 (Steele et al. 2014,
doi:10.1145/2660193.2660195). Where the numbers come from is a matter of the device: ``seeded_streams`` and
``counter_streams`` say how.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Final

import torch
from jaxtyping import Float, Int16, Int64
from torch import Tensor

GOLDEN: Final = 0x9E3779B97F4A7C15
MULTIPLIERS: Final = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
SHIFTS: Final = (30, 27, 31)
"""The constants of SplitMix64."""

_LOW_64: Final = 2**64 - 1
_LEVELS: Final = 2**16
"""A dropout probability is rounded to a multiple of 1 / 65,536, so that the share kept is exact."""
_RATES: Final = 1024
"""Dropout probabilities, each a tensor of one number a lane, whose thresholds are kept."""
ALL: Final = slice(None)
"""Every lane."""


class Streams(ABC):
    """The random streams of a pack at one step.

    A consumer that draws twice within a step gets further numbers: the count of its draws is part of the key.
    Everything is drawn in float32 and then cast, so that a float64 pack sees the same numbers.

    Args:
        seeds: of the lanes.
        device: where numbers are needed.
        dtype: format of the numbers.
    """

    def __init__(self, seeds: Sequence[int], *, device: torch.device, dtype: torch.dtype) -> None:
        self.device = device
        self.dtype = dtype
        self.seeds = tuple(mixed(seed) for seed in seeds)
        self.steps = (0,) * len(self.seeds)
        self.clock: Int64[Tensor, " K"] = torch.zeros(len(self.seeds), dtype=torch.int64, device=device)
        """The lanes' steps on the device, where a recorded program counts on by itself."""
        self._draws: dict[str, list[int]] = {}
        self._rates: dict[int, _Rate] = {}

    def at(self, steps: Sequence[int]) -> None:
        """Go to the beginning of each lane's step (0 or more)."""
        self.steps = tuple(steps)
        self.clock.copy_(torch.tensor(self.steps, dtype=torch.int64))
        self._draws.clear()

    def advance(self) -> None:
        """Go to the beginning of every lane's next step, on the device and here."""
        self.clock.add_(1)
        self.go_on()

    def go_on(self) -> None:
        """Follow the clock to the beginning of every lane's next step."""
        self.steps = tuple(step + 1 for step in self.steps)
        self._draws.clear()

    def branch(self, prefix: str, *, is_sampling: bool = False) -> Branch:
        """The streams of the consumers whose names start with ``prefix/``."""
        return Branch(self, prefix, is_sampling)

    @abstractmethod
    def normal(self, consumer: str, shape: tuple[int, ...], rows: slice = ALL) -> Float[Tensor, "K *shape"]:
        """Standard normal numbers [K, *shape], for the K lanes of ``rows``."""

    @abstractmethod
    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Float[Tensor, "K *shape"]:
        """Numbers uniform in [0, 1), [K, *shape]."""

    @abstractmethod
    def permutation(self, consumer: str, size: int) -> Int64[Tensor, "K size"]:
        """The numbers from 0 to ``size`` - 1 in random order, in every lane another."""

    @abstractmethod
    def words(self, consumer: str, count: int, rows: slice = ALL) -> Int16[Tensor, "K count"]:
        """Words of 16 random bits, for the K lanes of ``rows``; the caller may overwrite them."""

    def keep_mask(
        self, consumer: str, shape: tuple[int, ...], p: Float[Tensor, " K"], rows: slice = ALL
    ) -> Float[Tensor, "K *shape"]:
        """A dropout mask [K, *shape]: ``1 / (1 - p)`` where kept, 0 where dropped; ``p`` in [0, 1) has shape [K].

        Compares 16 random bits per number with ``p``, rounded to 1 / 65,536. ``p`` must not be changed in place: what
        follows from it is worked out once. K counts the lanes of ``rows``.
        """
        rate = self._rate(p)
        # In place and in whole numbers: a comparison that gives booleans takes five times as long on a CPU.
        kept = self.words(consumer, prod(shape), rows).ge_(rate.dropped)
        return torch.mul(kept, rate.scale).view(-1, *shape)

    def _rate(self, p: Tensor) -> _Rate:
        known = self._rates.get(id(p))
        if known is None:
            known = _Rate.of(p, self.dtype)
            if len(self._rates) < _RATES:  # none is given up: a recorded program reads it where it is
                self._rates[id(p)] = known
        return known

    def next_draws(self, consumer: str, rows: slice) -> tuple[int, ...]:
        """How often ``consumer`` has drawn at this step before, for each lane of ``rows``; counts one more."""
        counts = self._draws.setdefault(consumer, [0] * len(self.seeds))
        before = tuple(counts[rows])
        counts[rows] = [count + 1 for count in before]
        return before


@dataclass(frozen=True, eq=False)
class _Rate:
    """What a mask needs of dropout probabilities [K]."""

    p: Tensor
    """Kept so that no other tensor can take its identity."""
    dropped: Int16[Tensor, "K 1"]
    """Words from here on are kept."""
    scale: Float[Tensor, "K 1"]

    @classmethod
    def of(cls, p: Tensor, dtype: torch.dtype) -> _Rate:
        dropped = (p.double() * _LEVELS).round().clamp(0, _LEVELS - 1)[:, None]
        words = (dropped - _LEVELS // 2).to(torch.int16)
        return cls(p, words, (_LEVELS / (_LEVELS - dropped)).to(dtype))


@dataclass(frozen=True, eq=False)
class Branch:
    """The streams of one group of consumers: each name is put behind the group's own."""

    streams: Streams
    prefix: str
    is_sampling: bool = False
    """Whether samples are drawn for an evaluation, rather than for an update."""

    @property
    def clock(self) -> Int64[Tensor, " K"]:
        """As ``Streams.clock``."""
        return self.streams.clock

    def branch(self, prefix: str) -> Branch:
        """The streams of the consumers of this group whose names start with ``prefix/``."""
        return Branch(self.streams, f"{self.prefix}/{prefix}", self.is_sampling)

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Float[Tensor, "K *shape"]:
        """As ``Streams.normal``."""
        return self.streams.normal(f"{self.prefix}/{consumer}", shape)

    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Float[Tensor, "K *shape"]:
        """As ``Streams.uniform``."""
        return self.streams.uniform(f"{self.prefix}/{consumer}", shape)

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Float[Tensor, " K"]) -> Float[Tensor, "K *shape"]:
        """As ``Streams.keep_mask``."""
        return self.streams.keep_mask(f"{self.prefix}/{consumer}", shape, p)

    def lanes(self, start: int, stop: int) -> LaneDraws:
        """The random numbers of the lanes from ``start`` up to ``stop`` alone."""
        return LaneDraws(self, start, stop)


@dataclass(frozen=True, eq=False)
class LaneDraws:
    """The random numbers of some lanes of a branch: to each lane its own, as beside all others."""

    branch: Branch
    start: int
    stop: int

    @property
    def is_sampling(self) -> bool:
        """As ``Branch.is_sampling``."""
        return self.branch.is_sampling

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Float[Tensor, "K *shape"]:
        """As ``Streams.normal``."""
        name = f"{self.branch.prefix}/{consumer}"
        return self.branch.streams.normal(name, shape, slice(self.start, self.stop))

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Float[Tensor, " K"]) -> Float[Tensor, "K *shape"]:
        """As ``Streams.keep_mask``."""
        name = f"{self.branch.prefix}/{consumer}"
        return self.branch.streams.keep_mask(name, shape, p, slice(self.start, self.stop))

    def lanes(self, start: int, stop: int) -> LaneDraws:
        """Those of some of these lanes, counted from the first of them."""
        return LaneDraws(self.branch, self.start + start, self.start + stop)


def mixed(number: int) -> int:
    """A 64-bit number of which every bit depends on every bit of ``number`` (taken modulo 2 ** 64)."""
    z = (number + GOLDEN) & _LOW_64
    for shift, multiplier in zip(SHIFTS, MULTIPLIERS, strict=False):
        z = ((z ^ (z >> shift)) * multiplier) & _LOW_64
    return z ^ (z >> SHIFTS[-1])


@lru_cache(maxsize=4096)
def consumer_key(consumer: str) -> int:
    """64 bits that stand for a consumer's name, the same in every process."""
    return int.from_bytes(hashlib.blake2b(consumer.encode(), digest_size=8).digest(), "big")
