"""Random streams of the CPU: one generator a lane, reseeded for every draw, which is the cheapest there.

torch's CPU generator takes the key's low 32 bits: two draws in four thousand million coincide, which no statistic of a
run can notice.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import Final, TypeAlias

import torch
from torch import Tensor

from gansearch.training.streams import ALL, Streams, consumer_key, mixed


class SeededStreams(Streams):
    """Draws row by row, each lane from its own reseeded generator.

    The numbers of a draw lie where those of the same draw lay a step before: whoever keeps them must copy them, and a
    recorded program finds them there.
    """

    def __init__(self, seeds: Sequence[int], *, device: torch.device, dtype: torch.dtype) -> None:
        super().__init__(seeds, device=device, dtype=dtype)
        self._generators = tuple(torch.Generator(device=device) for _ in seeds)
        self._known: dict[tuple[Hashable, ...], Drawn] = {}
        self._of_step: list[Drawn] = []

    def normal(self, consumer: str, shape: tuple[int, ...], rows: slice = ALL) -> Tensor:
        """As ``Streams.normal``."""
        return self._draw(_normal, consumer, prod(shape), rows).view(-1, *shape).to(self.dtype)

    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        """As ``Streams.uniform``."""
        return self._draw(_uniform, consumer, prod(shape)).view(-1, *shape).to(self.dtype)

    def words(self, consumer: str, count: int, rows: slice = ALL) -> Tensor:
        """As ``Streams.words``; four words are one number of 64 bits."""
        return self._draw(_bits, consumer, -(-count // 4), rows).view(torch.int16)[:, :count]

    def permutation(self, consumer: str, size: int) -> Tensor:
        """As ``Streams.permutation``."""
        key, draws = mixed(consumer_key(consumer)), self.next_draws(consumer, ALL)
        lanes = zip(self.seeds, self.steps, draws, self._generators, strict=True)
        orders = [
            torch.randperm(size, generator=generator.manual_seed(mixed(seed ^ _at_step(key, step, draw))))
            for seed, step, draw, generator in lanes
        ]
        return torch.stack(orders)

    def go_on(self) -> None:
        """As ``Streams.go_on``."""
        super().go_on()
        self._of_step.clear()

    def drawn(self) -> tuple[Drawn, ...]:
        """What has been drawn since the beginning of this step."""
        return tuple(self._of_step)

    def has_drawn(self, tensor: Tensor) -> bool:
        """Whether random numbers are drawn into this tensor."""
        storage = tensor.untyped_storage()._cdata
        return any(storage == each.buffer.untyped_storage()._cdata for each in self._known.values())

    def draw_again(self, drawn: Sequence[Drawn]) -> None:
        """Draw the numbers of the present step into where those of an earlier one lie."""
        for each in drawn:
            each.fill(self.steps)

    def _draw(self, fill: Fill, consumer: str, count: int, rows: slice = ALL) -> Tensor:
        draws = tuple(self.next_draws(consumer, rows))
        place = (fill, consumer, count, rows.start, rows.stop, draws)
        drawn = self._known.get(place)
        if drawn is None:
            lanes = range(len(self.seeds))[rows]
            buffer = torch.empty(len(lanes), count, dtype=_FORMATS[fill], device=self.device)
            key = mixed(consumer_key(consumer))
            seeds = [self.seeds[lane] for lane in lanes]
            generators = [self._generators[lane] for lane in lanes]
            rows_of = list(zip(lanes, buffer.unbind(), seeds, draws, generators, strict=True))
            drawn = self._known[place] = Drawn(buffer, fill, key, rows_of)
        drawn.fill(self.steps)
        self._of_step.append(drawn)
        return drawn.buffer


Fill: TypeAlias = Callable[[Tensor, torch.Generator], Tensor]


@dataclass(frozen=True, eq=False)
class Drawn:
    """One consumer's numbers of one draw, and how to draw them anew."""

    buffer: Tensor
    """[lanes, count]."""
    write: Fill
    key: int
    """Of the consumer."""
    rows: Sequence[tuple[int, Tensor, int, int, torch.Generator]]
    """Of each lane: its index, its numbers, its seed, how often the consumer had drawn before, its generator."""

    def fill(self, steps: Sequence[int]) -> None:
        """Draw the numbers of these steps, one of each lane of the pack."""
        for lane, row, seed, draw, generator in self.rows:
            self.write(row, generator.manual_seed(mixed(seed ^ _at_step(self.key, steps[lane], draw))))


def _normal(row: Tensor, generator: torch.Generator) -> Tensor:
    return row.normal_(generator=generator)


def _uniform(row: Tensor, generator: torch.Generator) -> Tensor:
    return row.uniform_(generator=generator)


def _bits(row: Tensor, generator: torch.Generator) -> Tensor:
    return row.random_(-(2**63), None, generator=generator)


_FORMATS: Final[Mapping[Fill, torch.dtype]] = MappingProxyType(
    {_normal: torch.float32, _uniform: torch.float32, _bits: torch.int64}
)


@lru_cache(maxsize=256)
def _at_step(key: int, step: int, draw: int) -> int:
    """The key of one draw at one step, which lanes at equal steps share."""
    return mixed(mixed(key ^ step) ^ draw)
