"""Numbers that tell the class, put behind what the discriminator sees."""

from __future__ import annotations

import dataclasses

import torch
from jaxtyping import Float
from torch import Tensor

from gansearch.records import Geometry


def with_more(geometry: Geometry, count: int) -> Geometry:
    """The geometry with ``count`` further channels of an image, or numbers of a vector."""
    first, *rest = geometry.shape
    return dataclasses.replace(geometry, shape=(first + count, *rest))


def with_numbers(samples: Float[Tensor, "K B C *S"], numbers: Float[Tensor, "K B n"]) -> Float[Tensor, "K B m *S"]:
    """Samples with further channels, each constant over its sample, or with further numbers; m = C + n."""
    constant = numbers.reshape(*numbers.shape, *[1] * (samples.ndim - 3))
    return torch.cat([samples, constant.expand(*numbers.shape, *samples.shape[3:])], 2)
