"""The architecture of the reference extractor: convolutions that stride. Source: LeCun et al. 1998, Proc. IEEE 86."""

from __future__ import annotations

from typing import Final

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from gansearch.metrics.classifier import FEATURES, Architecture, Shapes, Weights


def weight_shapes(shape: tuple[int, ...], classes: int) -> Shapes:
    """Shape of every weight for images [C, H, W], by name."""
    channels, height, width = shape
    flat = 32 * -(-height // 4) * -(-width // 4)
    return {
        "conv1.weight": (16, channels, 5, 5),
        "conv1.bias": (16,),
        "conv2.weight": (32, 16, 5, 5),
        "conv2.bias": (32,),
        "dense.weight": (FEATURES, flat),
        "dense.bias": (FEATURES,),
        "classes.weight": (classes, FEATURES),
        "classes.bias": (classes,),
    }


def classify(
    weights: Weights, images: Float[Tensor, "n c h w"]
) -> tuple[Float[Tensor, "n d"], Float[Tensor, "n classes"]]:
    """Features (at least 0) and class logits of images in [-1, 1]."""
    hidden = F.relu(F.conv2d(images, weights["conv1.weight"], weights["conv1.bias"], stride=2, padding=2))
    hidden = F.relu(F.conv2d(hidden, weights["conv2.weight"], weights["conv2.bias"], stride=2, padding=2))
    features = F.relu(F.linear(hidden.flatten(1), weights["dense.weight"], weights["dense.bias"]))
    return features, F.linear(features, weights["classes.weight"], weights["classes.bias"])


STRIDED_CNN: Final = Architecture(
    "cnn", "conv5s2-16 relu conv5s2-32 relu dense-128 relu dense-classes", 64, weight_shapes, classify
)
