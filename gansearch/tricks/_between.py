"""Points between real samples and fake ones. Source: Gulrajani et al. 2017, arXiv:1704.00028."""

from __future__ import annotations

from torch import Tensor

from gansearch.tricks._base import Batch, Lanes


def between(lanes: Lanes, batch: Batch) -> Tensor:
    """``u * real + (1 - u) * fake`` [K, B, *shape] with one uniform ``u`` for each pair of samples."""
    share = lanes.uniform((batch.real.shape[1], *[1] * (batch.real.ndim - 2)))
    return share * batch.real + (1 - share) * batch.fake
