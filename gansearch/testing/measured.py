"""Features and class probabilities as metrics see them, made up for tests."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from gansearch.metrics import Measured


def normal(seed: int, count: int, width: int, *, scale: float = 1.0, shift: float = 0.0) -> Tensor:
    """Independent normal numbers [count, width]."""
    return torch.randn(count, width, generator=Generator().manual_seed(seed)) * scale + shift


def of_features(features: Tensor) -> Measured:
    """Samples that are their own features, without classes."""
    return Measured(features, features, None)


def of_probabilities(probabilities: Tensor) -> Measured:
    """Samples with these class probabilities [n, c], which are their features too."""
    return Measured(probabilities, probabilities, probabilities)


def of_classes(labels: Sequence[int], classes: int) -> Measured:
    """Samples that a classifier is sure of."""
    return of_probabilities(torch.nn.functional.one_hot(torch.tensor(labels), classes).float())
