"""Trains the reference extractor on a data set's training images: the same weights for the same seed and machine."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Generator, Tensor
from torch.nn import functional as F

from gansearch.data import Data, Samples
from gansearch.errors import DataError
from gansearch.metrics.extractor import CHUNK, CnnExtractor, classify, rounded, weight_shapes
from gansearch.records import Geometry


@dataclass(frozen=True)
class Recipe:
    """How the extractor is trained. Its defaults are for data sets that have no shipped weights."""

    epochs: int = 5
    batch_size: int = 128
    lr: float = 2e-3
    """Largest learning rate of Adam; it follows a half cosine down to 0."""
    max_rotation: float = 10.0
    """Degrees to either side."""
    max_shift: float = 2.0
    """Pixels in each direction; small warps keep it calibrated on digits that are not quite real."""
    seed: int = 0


SHIPPED = Recipe(epochs=12)
"""What the shipped MNIST weights were trained with."""


def train_extractor(data: Data, recipe: Recipe, *, name: str | None = None) -> CnnExtractor:
    """Train a classifier of ``data.train`` and freeze it.

    Args:
        data: images with labels.
        recipe: epochs, rates, augmentation and seed.
        name: the extractor's name; ``<data>-cnn`` where None.

    Raises:
        DataError: where the data set has no images or no labels.
    """
    _check(data.name, data.geometry)
    draws = Generator().manual_seed(recipe.seed)
    weights = {key: weight.requires_grad_() for key, weight in initial_weights(data.geometry, draws).items()}
    optimizer = torch.optim.Adam(weights.values(), lr=recipe.lr)
    batches = math.ceil(len(data.train) / recipe.batch_size)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, recipe.epochs * batches)
    for _ in range(recipe.epochs):
        order = torch.randperm(len(data.train), generator=draws)
        for index in torch.split(order, recipe.batch_size):
            images = warped(data.train.batch(index).cpu(), recipe, draws)
            _, logits = classify(weights, images)
            loss = F.cross_entropy(logits, data.train.labels[index].cpu())
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
    return CnnExtractor(name or f"{data.name}-cnn", rounded(weights))


def initial_weights(geometry: Geometry, draws: Generator) -> dict[str, Tensor]:
    """He initialisation: weights normal with variance 2 / fan-in, biases 0."""
    weights: dict[str, Tensor] = {}
    for name, shape in weight_shapes(geometry).items():
        fan_in = math.prod(shape[1:])
        is_bias = name.endswith("bias")
        weights[name] = torch.zeros(shape) if is_bias else torch.randn(shape, generator=draws) * math.sqrt(2 / fan_in)
    return weights


def warped(images: Float[Tensor, "n c h w"], recipe: Recipe, draws: Generator) -> Float[Tensor, "n c h w"]:
    """Images rotated and shifted at random, each by its own angle and offsets; what comes in is as the border is."""
    count, _, height, width = images.shape
    angle, right, down = torch.rand(3, count, generator=draws) * 2 - 1
    angle = angle * math.radians(recipe.max_rotation)
    # offsets of the sampling grid, whose side is 2 wide
    right, down = right * 2 * recipe.max_shift / width, down * 2 * recipe.max_shift / height
    rows = torch.stack([angle.cos(), -angle.sin(), right, angle.sin(), angle.cos(), down], dim=1)
    grid = F.affine_grid(rows.reshape(count, 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


@torch.no_grad()
def accuracy(extractor: CnnExtractor, samples: Samples) -> float:
    """Share of ``samples`` that the extractor classifies correctly."""
    right = 0
    for index in torch.split(torch.arange(len(samples)), CHUNK):
        measured = extractor(samples.batch(index))
        assert measured.probabilities is not None
        right += int((measured.probabilities.argmax(1) == samples.labels[index]).sum())
    return right / len(samples)


def _check(name: str, geometry: Geometry) -> None:
    if len(geometry.shape) != 3:
        raise DataError(f"a reference extractor must be trained on images [C, H, W]; {name} has shape {geometry.shape}")
    if geometry.classes < 2:
        raise DataError(
            f"a reference extractor is trained on labels of at least 2 classes; {name} has {geometry.classes}"
        )
