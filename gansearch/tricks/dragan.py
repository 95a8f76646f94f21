"""DRAGAN: one-centred gradient penalty around real samples. Source: Kodali et al. 2017, arXiv:1705.07215."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.dimensions import Choice, Float, static, traced
from gansearch.tricks._base import Batch, Lanes, Scalar
from gansearch.tricks._slopes import GradientPenalty, mean_square_excess, slopes


@dataclass(frozen=True, kw_only=True, eq=False)
class Dragan(GradientPenalty):
    """Adds ``weight * E (|grad_x D(x + d)| - 1)^2`` over real ``x`` to the discriminator's loss.

    Known code has three kinds of shifts ``d``, with ``s`` the standard deviation of the batch and ``u`` uniform in [0,
    1) for every number: ``a * s / 2 * u`` with one uniform ``a`` a sample (the first version; mean ``s / 8``), ``s * (u
    - 1/2)``, brought back to [-1, 1] where samples lie there (mean 0, variance ``s^2 / 12``), and ``(1 - a) * s / 2 *
    u`` with an ``a`` for every number (mean ``s / 8``, but the numbers of a sample go each its way).
    """

    name: ClassVar[str] = "dragan"
    paper: ClassVar[str] = "Kodali et al. 2017, arXiv:1705.07215"
    neutral: ClassVar[Mapping[str, float]] = {"weight": 0.0}

    weight: Scalar = traced(
        10.0, Float(0.01, 100.0, log=True), "weight of the penalty", unit="unitless", limits=Float(0.0, 1e6)
    )
    form: str = static(
        "half_std", Choice(("half_std", "centred", "per_pixel")), "how the real samples are shifted; other code"
    )

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor:
        """Penalty per lane, shape [K]."""
        slope = slopes(lanes, around(lanes, batch.real, self.form), batch.real_classes)
        return self.weight * self.every * mean_square_excess(slope)


def around(lanes: Lanes, real: Tensor, form: str) -> Tensor:
    """Real samples [K, B, *shape] shifted in one of the three ways."""
    shape = real.shape[1:]
    std = torch.std(real.flatten(1), 1, correction=0).reshape(-1, *[1] * len(shape))
    noise = lanes.uniform(shape)
    if form == "centred":
        near = real + std * (noise - 0.5)
        return near.clamp(-1, 1) if lanes.sizes.geometry.bounded else near
    share = lanes.uniform((shape[0], *[1] * (len(shape) - 1))) if form == "half_std" else 1 - lanes.uniform(shape)
    return real + share * (std / 2) * noise
