"""Gradient clipping: no update follows a gradient above a norm. Source: Pascanu et al. 2013, arXiv:1211.5063."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Lanes, PlayerName, Scalar, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class GradientClipping(Trick):
    """Scales a player's gradient ``g`` to ``g * min(1, limit / |g|)``, ``|g|`` its norm over all parameters.

    For gradients that explode now and then: they are as bad as those that vanish. Adam divides by the gradient's size
    by itself, so that there only single outliers are held back. Terms that tricks add to a gradient behind this one, in
    the order of their names, are not clipped. The signals tell whether a player's last gradient was: 1 or 0.
    """

    name: ClassVar[str] = "gradient_clipping"
    paper: ClassVar[str] = "Pascanu et al. 2013, arXiv:1211.5063"
    neutral: ClassVar[Mapping[str, float]] = {"discriminator": 1e30, "generator": 1e30}
    signals: ClassVar[tuple[str, ...]] = ("discriminator", "generator")

    discriminator: Scalar = traced(
        1.0, Float(0.01, 100.0, log=True), "largest norm of the discriminator's gradient", limits=Float(1e-9, 1e30)
    )
    generator: Scalar = traced(
        1.0, Float(0.01, 100.0, log=True), "largest norm of the generator's gradient", limits=Float(1e-9, 1e30)
    )

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """Whether each player's last gradient was clipped, [K] of 0 and 1."""
        return {player: lanes.generator_parameters.new_zeros(lanes.count) for player in self.signals}

    def gradients(self, lanes: Lanes, gradients: Tensor, player: PlayerName) -> Tensor:
        """The gradient, no longer than the limit, [K, P]."""
        scale = clipping(gradients, self.discriminator if player == "discriminator" else self.generator)
        lanes.state[player].copy_(scale < 1)
        return gradients * scale[:, None]

    def measured(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """Whether each player's last gradient was clipped."""
        return {player: lanes.state[player] for player in self.signals}


def clipping(gradients: Floats[Tensor, "K P"], limit: Scalar) -> Floats[Tensor, " K"]:
    """``min(1, limit / |g|)`` for every lane; 1 where the norm is no number."""
    # In double precision: the squares of what explodes have no place in any other.
    norm: Tensor = torch.linalg.vector_norm(gradients, dim=1, dtype=torch.float64)
    return torch.where(norm > limit, limit / norm, 1.0).to(gradients.dtype)
