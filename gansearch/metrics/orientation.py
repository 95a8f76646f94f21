"""Images turned at random: classes for images that have none. Source: Gidaris et al. 2018, arXiv:1803.07728."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor

from gansearch.metrics.classifier import ORIENTATIONS, Task

HEIGHT, WIDTH = 2, 3
"""Axes of images."""
MIRRORINGS = ((), (WIDTH,), (HEIGHT,), (HEIGHT, WIDTH))
"""Axes along which each class is mirrored."""


def turned(
    images: Float[Tensor, "n c h w"], task: Task, draws: Generator
) -> tuple[Float[Tensor, "n c h w"], Int64[Tensor, " n"]]:
    """Each image turned in one of four ways at random, and which.

    By quarter turns where the task is rotations (of square images), else mirrored.
    """
    ways = torch.randint(ORIENTATIONS, (len(images),), generator=draws)
    result = images.clone()
    for way in range(1, ORIENTATIONS):
        chosen = ways == way
        part = images[chosen]
        result[chosen] = part.rot90(way, (HEIGHT, WIDTH)) if task == "rotations" else part.flip(MIRRORINGS[way])
    return result, ways
