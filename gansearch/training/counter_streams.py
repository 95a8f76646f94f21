"""Random streams of an accelerator: every number is a function of its key and its place, whatever the number of lanes.

Number i of a draw at step t is element ``t * 2**32 + i`` of a SplitMix64 sequence (Steele et al. 2014,
doi:10.1145/2660193.2660195) that starts at the key of (trial seed, consumer, draw); a second key enters half-way, so
that two sequences are not parts of one. The step is read from the device, so that a recorded program draws anew each
time it is replayed. Normal numbers come by the method of Box and Muller 1958, doi:10.1214/aoms/1177706645.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import prod
from typing import Final

import torch
from jaxtyping import Int64
from torch import Tensor

from gansearch.training.streams import ALL, GOLDEN, MULTIPLIERS, SHIFTS, Streams, consumer_key, mixed

_STEP: Final = 2**32
"""Numbers that one draw may take: the distance of two steps in a sequence."""
_LOW_32: Final = 2**32 - 1


class CounterStreams(Streams):
    """Draws for all lanes at once, in a number of operations that does not depend on K."""

    def __init__(self, seeds: Sequence[int], *, device: torch.device, dtype: torch.dtype) -> None:
        super().__init__(seeds, device=device, dtype=dtype)
        self._keys: dict[tuple[str, int | None, tuple[int, ...]], tuple[Tensor, Tensor]] = {}
        self._places: dict[int, Tensor] = {}

    def normal(self, consumer: str, shape: tuple[int, ...], rows: slice = ALL) -> Tensor:
        """As ``Streams.normal``; two numbers from each 64 bits."""
        count = prod(shape)
        raw = self._raw(consumer, -(-count // 2), rows)
        # In (0, 1], so that its logarithm is finite.
        radius = ((raw >> 32) & _LOW_32).float().add_(1).mul_(2.0**-32).log_().mul_(-2).clamp_(min=0).sqrt_()
        angle = (raw & _LOW_32).float().mul_(2.0**-32 * 2 * math.pi)
        numbers = torch.cat([radius * angle.cos(), radius * angle.sin()], 1)[:, :count]
        return numbers.reshape(-1, *shape).to(self.dtype)

    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        """As ``Streams.uniform``; multiples of 2 ** -24, which is all that float32 holds evenly."""
        count = prod(shape)
        raw = self._raw(consumer, -(-count // 2)).view(torch.int32)[:, :count]
        numbers = ((raw >> 8) & 0xFFFFFF).float().mul_(2.0**-24)
        return numbers.reshape(-1, *shape).to(self.dtype)

    def words(self, consumer: str, count: int, rows: slice = ALL) -> Tensor:
        """As ``Streams.words``."""
        return self._raw(consumer, -(-count // 4), rows).view(torch.int16)[:, :count]

    def permutation(self, consumer: str, size: int) -> Tensor:
        """As ``Streams.permutation``: the order of random numbers of 64 bits."""
        return self._raw(consumer, size).argsort(dim=1)

    def _raw(self, consumer: str, count: int, rows: slice = ALL) -> Int64[Tensor, "K count"]:
        """64 random bits each."""
        start, second = self._key(consumer, rows)
        z = (start + self.clock[rows] * _signed(_STEP * GOLDEN))[:, None] + self._place(count)
        z = _stirred(z, SHIFTS[0]).mul_(_signed(MULTIPLIERS[0])).bitwise_xor_(second)
        z = _stirred(z, SHIFTS[1]).mul_(_signed(MULTIPLIERS[1]))
        return _stirred(z, SHIFTS[2])

    def _key(self, consumer: str, rows: slice) -> tuple[Int64[Tensor, " K"], Int64[Tensor, "K 1"]]:
        """Where the next draw of the lanes of ``rows`` starts, and their second keys; sent to the device once."""
        draws = self.next_draws(consumer, rows)
        place = (consumer, rows.start, draws)
        if place not in self._keys:
            keys = [mixed(mixed(consumer_key(consumer)) ^ draw) for draw in draws]
            starts = [mixed(seed ^ key) for seed, key in zip(self.seeds[rows], keys, strict=True)]
            pairs = [[_signed(start), _signed(mixed(start ^ key))] for start, key in zip(starts, keys, strict=True)]
            both = torch.tensor(pairs, dtype=torch.int64).to(self.device)
            self._keys[place] = both[:, 0].contiguous(), both[:, 1:].contiguous()
        return self._keys[place]

    def _place(self, count: int) -> Int64[Tensor, " count"]:
        """Multiples 1 to ``count`` of the sequence's increment."""
        if count not in self._places:
            self._places[count] = torch.arange(1, count + 1, device=self.device) * _signed(GOLDEN)
        return self._places[count]


def _stirred(z: Tensor, shift: int) -> Tensor:
    """``z ^ (z >>> shift)`` in place; torch shifts copies of the sign in, which are cut off."""
    return z.bitwise_xor_((z >> shift).bitwise_and_((1 << (64 - shift)) - 1))


def _signed(number: int) -> int:
    """The 64 bits of ``number`` (modulo 2 ** 64) as the signed number that torch knows them by."""
    low = number & (2**64 - 1)
    return low - 2**64 if low >= 2**63 else low
