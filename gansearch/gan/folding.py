"""Lanes as groups: K lanes of C channels as one batch of K * C channels, for operations that have no lane axis."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor


def folded(inputs: Float[Tensor, "K B C *S"]) -> Float[Tensor, "B K*C *S"]:
    """The channels of all lanes side by side; no copy of what came from ``unfolded``."""
    return inputs.transpose(0, 1).flatten(1, 2)


def unfolded(inputs: Float[Tensor, "B KC *S"], lanes: int) -> Float[Tensor, "K B C *S"]:
    """The channels of each lane apart again, as a view."""
    return inputs.reshape(len(inputs), lanes, -1, *inputs.shape[2:]).transpose(0, 1)
