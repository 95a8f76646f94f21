"""Lanes for the tests of hooks: a linear discriminator and seeded streams, without any training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod

import torch
from torch import Generator, Tensor

from gansearch.testing.seeded import seeded_normal, stream


@dataclass(eq=False, kw_only=True)
class FakeLanes:
    """What a hook sees of a pack: one lane for each seed, ``D(x) = w . x``.

    A lane's weights, parameters and random numbers depend on its seed alone: the lane of seed 5 is the same beside
    others as by itself.
    """

    seeds: Sequence[int] = (0, 1, 2)
    shape: tuple[int, ...] = (1, 8, 8)
    """Of one sample."""
    generator_size: int = 10
    """P, the number of the generator's parameters."""
    start: int | Sequence[int] = 0
    """Generator updates done before: by every lane, or by each."""
    total_steps: int = 100
    dtype: torch.dtype = torch.float64
    state: dict[str, Tensor] = field(default_factory=dict)
    step: Tensor = field(init=False)
    """[K], whole numbers, as in a pack; who goes on a step adds to it in place."""
    weights: Tensor = field(init=False)
    """[K, numel]; with gradients."""
    generator_parameters: Tensor = field(init=False)
    """[K, P]."""

    def __post_init__(self) -> None:
        self._streams = [stream("hooks", seed) for seed in self.seeds]
        self.step = torch.tensor(self.start, dtype=torch.int64).expand(self.count).clone()
        self.weights = self.numbers("weights", (prod(self.shape),)).requires_grad_()
        self.generator_parameters = self.numbers("generator", (self.generator_size,))

    @property
    def count(self) -> int:
        """K, the number of lanes."""
        return len(self.seeds)

    def discriminate(self, images: Tensor) -> Tensor:
        """Scores ``w . x``, [K, B]."""
        return (images.flatten(2) * self.weights[:, None]).sum(2)

    def normal(self, shape: tuple[int, ...]) -> Tensor:
        """Standard normal numbers [K, *shape], from each lane's stream."""
        return self._draw(lambda lane: torch.randn(shape, generator=lane, dtype=self.dtype))

    def uniform(self, shape: tuple[int, ...]) -> Tensor:
        """Numbers uniform in [0, 1), [K, *shape], from each lane's stream."""
        return self._draw(lambda lane: torch.rand(shape, generator=lane, dtype=self.dtype))

    def numbers(self, name: str, shape: tuple[int, ...]) -> Tensor:
        """Standard normal numbers [K, *shape] to feed hooks with: the same ones for the same name."""
        return seeded_normal(name, self.seeds, shape, self.dtype)

    def samples(self, name: str, batch: int) -> Tensor:
        """Samples in [-1, 1] to feed hooks with, [K, batch, *shape]: the same ones for the same name."""
        return self.numbers(name, (batch, *self.shape)).tanh()

    def _draw(self, one: Callable[[Generator], Tensor]) -> Tensor:
        return torch.stack([one(lane) for lane in self._streams])
