"""Lanes for the tests of hooks: linear networks and seeded streams, without any training."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod

import torch
from torch import Generator, Tensor

from gansearch.gan import Parameter
from gansearch.records import Geometry
from gansearch.testing.seeded import seeded_normal, stream
from gansearch.tricks import Classes, Shown, Sizes


@dataclass(eq=False, kw_only=True)
class FakeLanes:
    """What a hook sees of a pack: one lane for each seed, ``D(x) = w . x``, ``G(z) = tanh(M z)``.

    Features are the first numbers of ``x``, each times the weight of its place. A lane's weights, parameters and random
    numbers depend on its seed alone: the lane of seed 5 is the same beside others as by itself.
    """

    seeds: Sequence[int] = (0, 1, 2)
    shape: tuple[int, ...] = (1, 8, 8)
    """Of one sample."""
    generator_size: int = 10
    """P, the number of the generator's parameters."""
    discriminator_size: int = 12
    """P, the number of the discriminator's parameters."""
    feature_size: int = 6
    """F, the discriminator's features."""
    latent_size: int = 4
    """Z, before any trick."""
    batch_size: int = 16
    classes: int = 2
    own: dict[str, Tensor] = field(default_factory=dict)
    """The trick's own parameters, with gradients; see ``give``."""
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
    discriminator_parameters: Tensor = field(init=False)
    """[K, P]."""

    def __post_init__(self) -> None:
        self._streams = [stream("hooks", seed) for seed in self.seeds]
        self.step = torch.tensor(self.start, dtype=torch.int64).expand(self.count).clone()
        self.weights = self.numbers("weights", (prod(self.shape),)).requires_grad_()
        self.generator_parameters = self.numbers("generator", (self.generator_size,))
        self.discriminator_parameters = self.numbers("discriminator", (self.discriminator_size,))

    @property
    def count(self) -> int:
        """K, the number of lanes."""
        return len(self.seeds)

    @property
    def sizes(self) -> Sizes:
        """Of samples, latents and features."""
        return Sizes(Geometry(self.shape, True, self.classes), self.latent_size, self.feature_size, self.batch_size)

    @property
    def latent_columns(self) -> slice:
        """Behind the network's own."""
        return slice(self.latent_size, None)

    @property
    def discriminator_weights(self) -> dict[str, Tensor]:
        """A single weight [K, 1, numel]."""
        return {"linear.weight": self.weights[:, None]}

    def give(self, parameters: Sequence[Parameter]) -> None:
        """Give a trick its own parameters: normal numbers whose size keeps that of what they are multiplied with."""
        for each in parameters:
            numbers = self.numbers(each.name, each.shape) / math.sqrt(each.fan_in)
            self.own[each.name] = numbers.requires_grad_()

    def real(self, indices: Tensor) -> Shown:
        """Samples and classes that follow from the numbers [K, n] alone."""
        places = torch.arange(prod(self.shape), dtype=self.dtype)
        images = torch.sin(indices[..., None] * 0.7 + places).reshape(*indices.shape, *self.shape)
        return Shown(images, indices % self.classes)

    def generate(self, latents: Tensor, parameters: Tensor | None = None) -> Tensor:
        """``tanh`` of the latents, each pixel of one of them, times a number of the parameters."""
        values = self.generator_parameters if parameters is None else parameters
        places = torch.arange(prod(self.shape)) % latents.shape[2]
        return (latents[:, :, places] * values[:, None, :1]).tanh().reshape(*latents.shape[:2], *self.shape)

    def fresh_fakes(self, count: int, classes: Classes, parameters: Tensor | None = None) -> Tensor:
        """Samples of normal latents."""
        return self.generate(self.normal((count, self.latent_size)), parameters)

    def discriminate(self, images: Tensor, classes: Classes = None) -> Tensor:
        """Scores ``w . x``, [K, B]; classes change nothing."""
        return (images.flatten(2) * self.weights[:, None]).sum(2)

    def features(self, images: Tensor, classes: Classes = None) -> Tensor:
        """Features [K, B, F]."""
        return images.flatten(2)[:, :, : self.feature_size] * self.weights[:, None, : self.feature_size]

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
