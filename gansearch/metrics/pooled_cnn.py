"""The architecture of the second classifier: convolutions, each pooled. Source: Simonyan 2014, arXiv:1409.1556."""

from __future__ import annotations

from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from gansearch.metrics.classifier import FEATURES, Architecture, Shapes, Weights

WIDTHS: Final = (8, 24, 48)
"""Channels of the three convolutions."""


def weight_shapes(shape: tuple[int, ...], classes: int) -> Shapes:
    """Shape of every weight for images [C, H, W], by name."""
    channels, height, width = shape
    shapes: Shapes = {}
    for layer, wide in enumerate(WIDTHS, start=1):
        shapes |= {f"conv{layer}.weight": (wide, channels, 3, 3), f"conv{layer}.bias": (wide,)}
        channels, height, width = wide, -(-height // 2), -(-width // 2)
    return shapes | {
        "dense.weight": (FEATURES, channels * height * width),
        "dense.bias": (FEATURES,),
        "classes.weight": (classes, FEATURES),
        "classes.bias": (classes,),
    }


def classify(
    weights: Weights, images: Float[Tensor, "n c h w"]
) -> tuple[Float[Tensor, "n d"], Float[Tensor, "n classes"]]:
    """Features (at least 0) and class logits of images in [-1, 1]."""
    hidden = images
    for layer in range(1, len(WIDTHS) + 1):
        hidden = F.conv2d(hidden, weights[f"conv{layer}.weight"], weights[f"conv{layer}.bias"], padding=1)
        hidden = F.relu(pooled(hidden))  # the same numbers as in the other order, for a quarter of the work
    features = F.relu(F.linear(hidden.flatten(1), weights["dense.weight"], weights["dense.bias"]))
    return features, F.linear(features, weights["classes.weight"], weights["classes.bias"])


def pooled(images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c p q"]:
    """Maxima over 2 x 2 pixels, over what there is of them at an odd border.

    As ``max_pool2d`` in ceiling mode, which takes four times as long on a CPU for the places that it notes.
    """
    height, width = images.shape[2:]
    even = F.pad(images, (0, width % 2, 0, height % 2), mode="replicate") if height % 2 or width % 2 else images
    rows = torch.maximum(even[:, :, ::2], even[:, :, 1::2])
    return torch.maximum(rows[..., ::2], rows[..., 1::2])


POOLED_CNN: Final = Architecture(
    "pooled-cnn",
    "conv3-8 maxpool2 relu conv3-24 maxpool2 relu conv3-48 maxpool2 relu dense-128 relu dense-classes",
    32,
    weight_shapes,
    classify,
)
