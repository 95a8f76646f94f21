"""Trains an extractor on a data set's training images: the same weights for the same seed and machine."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor
from torch.nn import functional as F

from gansearch.data import Data, Samples
from gansearch.errors import DataError
from gansearch.metrics.classifier import Architecture, Classifier, averaged, classifier_for
from gansearch.metrics.extractor import CHUNK, CnnExtractor, rounded
from gansearch.metrics.orientation import turned
from gansearch.metrics.warp import Warp


@dataclass(frozen=True)
class Recipe:
    """How an extractor is trained. Its defaults are for data sets that have no shipped weights."""

    epochs: int = 20
    most_steps: int = 600
    """Steps at most; large data sets are not seen as often as ``epochs`` says."""
    most_samples: int = 20_000
    """Samples to learn from, at most: drawn once, so that of a mapped file only their pages are read."""
    batch_size: int = 128
    lr: float = 2e-3
    """Largest learning rate of Adam; it follows a half cosine down to 0."""
    warp: Warp = field(default_factory=lambda: Warp(rotation=10.0, shift=2.0))
    seed: int = 0


SHIPPED = Recipe(epochs=12, most_steps=6_000, most_samples=60_000)
"""What the shipped reference extractor of handwritten digits was trained with."""


def train_extractor(data: Data, recipe: Recipe, architecture: Architecture) -> CnnExtractor:
    """Train a classifier of ``data.train`` and freeze it.

    Args:
        data: images; the classes are their labels, or, where they have none, how an image has been turned.
        recipe: epochs, rates, augmentation and seed.
        architecture: of the classifier.

    Raises:
        DataError: where the data set has no images.
    """
    if len(data.geometry.shape) != 3:
        shape = data.geometry.shape
        raise DataError(f"an extractor must be trained on images [C, H, W]; {data.name} has shape {shape}")
    classifier = classifier_for(data.geometry, architecture)
    draws = Generator().manual_seed(recipe.seed)
    weights = {key: weight.requires_grad_() for key, weight in initial_weights(classifier, draws).items()}
    optimizer = torch.optim.Adam(weights.values(), lr=recipe.lr)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps(len(data.train), recipe))
    for index in batches(len(data.train), recipe, draws):
        images, classes = _examples(data.train, index, recipe, classifier, draws)
        _, logits = classifier.classify(weights, images)
        loss = F.cross_entropy(logits, classes)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    return CnnExtractor(name_of(data, classifier), classifier, rounded(weights))


def name_of(data: Data, classifier: Classifier) -> str:
    """As ``mnist-cnn``; ``celeba-rotations-cnn`` where the classes are not labels."""
    task = "" if classifier.task == "labels" else f"-{classifier.task}"
    return f"{data.name}{task}-{classifier.architecture.name}"


def initial_weights(classifier: Classifier, draws: Generator) -> dict[str, Tensor]:
    """He initialisation: weights normal with variance 2 / fan-in, biases 0."""
    weights: dict[str, Tensor] = {}
    for name, shape in classifier.weight_shapes().items():
        fan_in = math.prod(shape[1:])
        is_bias = name.endswith("bias")
        weights[name] = torch.zeros(shape) if is_bias else torch.randn(shape, generator=draws) * math.sqrt(2 / fan_in)
    return weights


def steps(count: int, recipe: Recipe) -> int:
    """Steps of a training on ``count`` samples."""
    an_epoch = math.ceil(min(count, recipe.most_samples) / recipe.batch_size)
    return min(recipe.epochs * an_epoch, recipe.most_steps)


def batches(count: int, recipe: Recipe, draws: Generator) -> Iterator[Int64[Tensor, " b"]]:
    """Indices of every step's samples, out of ``count``: each epoch in an order of its own."""
    chosen = torch.arange(count)
    if count > recipe.most_samples:
        chosen = torch.randperm(count, generator=draws)[: recipe.most_samples]
    left = steps(count, recipe)
    while left > 0:
        order = chosen[torch.randperm(len(chosen), generator=draws)]
        epoch = torch.split(order, recipe.batch_size)[:left]
        yield from epoch
        left -= len(epoch)


def _examples(
    samples: Samples, index: Int64[Tensor, " b"], recipe: Recipe, classifier: Classifier, draws: Generator
) -> tuple[Float[Tensor, "b c h w"], Int64[Tensor, " b"]]:
    """Images as the classifier sees them, and their classes."""
    images = recipe.warp(averaged(samples.batch(index).cpu(), classifier.architecture.largest_side), draws)
    if classifier.task == "labels":
        return images, samples.labels[index].cpu()
    return turned(images, classifier.task, draws)


@torch.no_grad()
def accuracy(extractor: CnnExtractor, samples: Samples) -> float:
    """Share of labelled ``samples`` that the extractor classifies correctly."""
    return is_right(extractor, samples).double().mean().item()


@torch.no_grad()
def is_right(extractor: CnnExtractor, samples: Samples) -> Tensor:
    """Whether each of labelled ``samples`` is classified correctly [n]."""
    right: list[Tensor] = []
    for index in torch.split(torch.arange(len(samples)), CHUNK):
        measured = extractor(samples.batch(index))
        assert measured.probabilities is not None
        right.append(measured.probabilities.argmax(1) == samples.labels[index])
    return torch.cat(right)
