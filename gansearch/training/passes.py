"""Passes through the two networks as the tricks have them: what is shown, with which parameters, and what is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.gan import Divided, Draws
from gansearch.records import Geometry
from gansearch.training.batches import Batches
from gansearch.training.state import TrainingState
from gansearch.tricks import Classes, Lanes, Shown, Sizes, Trick

T = TypeVar("T")


class Judged(NamedTuple):
    """What a pass through the discriminator gives."""

    scores: Float[Tensor, "K B"]
    features: Tensor | None
    """[K, B, F], before any trick; None where the discriminator gives none."""

    def split(self, count: int) -> tuple[Judged, Judged]:
        """The first ``count`` samples and the others, where each sample has a score."""
        rest = self.scores.shape[1] - count
        scores = torch.split(self.scores, [count, rest], 1)
        features = (None, None) if self.features is None else torch.split(self.features, [count, rest], 1)
        return Judged(scores[0], features[0]), Judged(scores[1], features[1])


def in_latent_order(bound: Sequence[tuple[Trick, T]], geometry: Geometry) -> list[tuple[Trick, T]]:
    """Tricks, each with what belongs to it, as they change latents: those that put further ones behind come last.

    So whatever reshapes the network's own latents (a sphere, say) never sees the further ones.
    """
    return sorted(bound, key=lambda pair: pair[0].extra_latents(geometry) > 0)


@dataclass(eq=False)
class Passes:
    """The networks of a pack and the tricks that change how they are used."""

    training: TrainingState
    sizes: Sizes
    batches: Batches
    generator_values: Mapping[str, Tensor]
    """The generator's parameters by key that are in use: the live ones, or an average where samples are drawn."""
    discriminator_values: Mapping[str, Tensor]
    """The discriminator's."""
    bound: tuple[tuple[Trick, Lanes], ...] = field(default=())
    """The tricks, each with what it sees; set once they are bound."""

    def generate(self, latents: Tensor, draws: Draws | None) -> Tensor:
        """Samples [K, n, *shape] of latents as the generator gets them."""
        return self.training.generator.module(self.generator_values, latents, draws)

    def judge(self, images: Tensor, classes: Classes, draws: Draws | None) -> Judged:
        """Scores and features of samples [K, n, *shape]."""
        module = self.training.discriminator.module
        weights = self.discriminator_values
        for trick, lanes in self.bound:
            weights = trick.discriminator_weights(lanes, weights)
        for trick, lanes in self.bound:
            images = trick.presented(lanes, images, classes)
        if not isinstance(module, Divided):
            return Judged(self._read(module(weights, images, draws), None, classes), None)
        features = module.trunk(weights, images, draws)
        joined = features
        for trick, lanes in self.bound:
            joined = trick.features(lanes, joined, classes)
        return Judged(self._read(module.head(weights, joined, draws), features, classes), features)

    def _read(self, scores: Tensor, features: Tensor | None, classes: Classes) -> Tensor:
        for trick, lanes in self.bound:
            scores = trick.scores(lanes, scores, features, classes)
        return scores

    def own(self, trick: str) -> dict[str, Tensor]:
        """A trick's own parameters [K, *shape] by the names that it declares."""
        prefix = f"tricks.{trick}."
        values = {**self.generator_values, **self.discriminator_values}
        return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}

    def latent_columns(self, trick: str) -> slice:
        """Where among the latents those stand that a trick has put there: behind those of the network."""
        start = self.sizes.latents
        for each, _ in self.bound:
            size = each.extra_latents(self.sizes.geometry)
            if each.name == trick:
                return slice(start, start + size)
            start += size
        raise KeyError(trick)

    def real(self, indices: Tensor) -> Shown:
        """Samples of the training data by their numbers [K, n], which count modulo their number."""
        return self.batches.take(indices % self.batches.count)

    @contextmanager
    def generating(self, values: Mapping[str, Tensor]) -> Iterator[None]:
        """A time in which the generator has other parameters."""
        before, self.generator_values = self.generator_values, values
        try:
            yield
        finally:
            self.generator_values = before

    @contextmanager
    def judging(self, values: Mapping[str, Tensor]) -> Iterator[None]:
        """A time in which the discriminator has other parameters."""
        before, self.discriminator_values = self.discriminator_values, values
        try:
            yield
        finally:
            self.discriminator_values = before
