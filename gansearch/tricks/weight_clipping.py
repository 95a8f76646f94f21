"""Weight clipping: the discriminator's parameters stay in a box. Source: Arjovsky et al. 2017, arXiv:1701.07875."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Lanes, Scalar, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightClipping(Trick):
    """Sets ``theta <- min(max(theta, -bound), bound)`` for the discriminator's parameters after each of its updates.

    It bounds the critic's slope, as the Wasserstein loss needs it; the paper clips at .01 and takes RMSProp at 5e-5.
    Its authors call it a terrible way to do so: deep critics lose their gradient, and gradient penalties have mostly
    taken its place. What is not trained is not clipped.
    """

    name: ClassVar[str] = "weight_clipping"
    paper: ClassVar[str] = "Arjovsky et al. 2017, arXiv:1701.07875"
    # A parameter that only some lanes have does not say which, so that it could not be given their bounds.
    mixes: ClassVar[bool] = False

    bound: Scalar = traced(
        0.01, Float(1e-3, 1.0, log=True), "largest size of a parameter", unit="unitless", limits=Float(1e-6, 1e6)
    )

    def after_discriminator_update(self, lanes: Lanes) -> None:
        """Clip the parameters in place."""
        for weight in lanes.discriminator_weights.values():
            if weight.requires_grad:
                clip(weight, self.bound)


def clip(weight: Tensor, bound: Scalar) -> None:
    """Bring the numbers of ``weight`` [K, ...] into ``[-bound, bound]``, in place."""
    limit = (torch.zeros_like(weight.flatten(1)[:, 0]) + bound).reshape(-1, *[1] * (weight.ndim - 1))
    weight.clamp_(-limit, limit)
