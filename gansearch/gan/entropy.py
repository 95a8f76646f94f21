"""The entropy of a coin: what a cross entropy cannot fall below."""

from __future__ import annotations

import torch
from torch import Tensor


def binary_entropy(probability: Tensor) -> Tensor:
    """``-p log p - (1 - p) log(1 - p)`` in nats, with ``p`` clamped to [0, 1]."""
    p = probability.clamp(0, 1)
    entropy: Tensor = torch.special.entr(p) + torch.special.entr(1 - p)
    return entropy
