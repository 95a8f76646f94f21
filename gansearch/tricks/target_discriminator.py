"""A slow discriminator as the generator's opponent. Source: Pfau and Vinyals 2016, arXiv:1610.01945."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Lanes, Scalar, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class TargetDiscriminator(Trick):
    """Updates the generator against the average ``a <- a + tau * (theta - a)`` of the discriminator's parameters.

    The average starts at the parameters of step 0 and moves after each of the discriminator's updates. It is the target
    network of deep deterministic policy gradients (Lillicrap et al. 2015, arXiv:1509.02971, with a ``tau`` of .001):
    the generator learns from a critic that does not run away under it. At ``tau = 1`` it is the live one.
    """

    name: ClassVar[str] = "target_discriminator"
    discriminator_shaped: ClassVar[frozenset[str]] = frozenset({"average"})
    paper: ClassVar[str] = "Pfau and Vinyals 2016, arXiv:1610.01945; Lillicrap et al. 2015, arXiv:1509.02971"
    neutral: ClassVar[Mapping[str, float]] = {"tau": 1.0}

    tau: Scalar = traced(
        0.01, Float(1e-3, 1.0, log=True), "share of the gap that is closed at each update", limits=Float(0.0, 1.0)
    )

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """The discriminator's parameters, [K, P], as the first average."""
        return {"average": lanes.discriminator_parameters.detach().clone()}

    def after_discriminator_update(self, lanes: Lanes) -> None:
        """Move the average towards the parameters."""
        average = lanes.state["average"]
        average.copy_(moved(average, lanes.discriminator_parameters.detach(), self.tau))

    def opponent(self, lanes: Lanes) -> Tensor:
        """The average, [K, P]."""
        return lanes.state["average"]


def moved(average: Floats[Tensor, "K P"], parameters: Floats[Tensor, "K P"], tau: Scalar) -> Floats[Tensor, "K P"]:
    """``average + tau * (parameters - average)``; at ``tau`` 1 the parameters themselves, to the bit."""
    share = (torch.zeros_like(average[:, 0]) + tau)[:, None]
    return torch.where(share == 1, parameters, average + share * (parameters - average))
