"""Noise on everything that the discriminator sees. Source: Sønderby et al. 2017, arXiv:1610.04490; Arjovsky 2017."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.dimensions import Choice, Float, static, traced
from gansearch.tricks._base import Lanes, Role, Scalar, Trick, across

DECAY_RATE = 5.0
"""Of the exponential: before it is shifted to end at 0, it falls to e^-5 of its start."""


@dataclass(frozen=True, kw_only=True, eq=False)
class InstanceNoise(Trick):
    """Adds ``sigma * s(t) * N(0, 1)`` to real and fake samples alike, in either update.

    ``t`` runs from 0 at the start to 1 after ``fraction`` of the run, and ``s`` falls from 1 to 0 meanwhile: ``1 - t``,
    ``(1 + cos(pi t)) / 2`` or ``(exp(-5 t) - exp(-5)) / (1 - exp(-5))``. Afterwards there is no noise.
    """

    name: ClassVar[str] = "instance_noise"
    paper: ClassVar[str] = "Sønderby et al. 2017, arXiv:1610.04490; Arjovsky and Bottou 2017, arXiv:1701.04862"
    neutral: ClassVar[Mapping[str, float]] = {"sigma": 0.0}

    sigma: Scalar = traced(
        0.1,
        Float(0.0, 0.5),
        "standard deviation at the start",
        unit="units of the samples, images spanning 2",
        limits=Float(0.0, 10.0),
    )
    fraction: Scalar = traced(
        1.0, Float(0.1, 1.0), "share of the run after which no noise is left", limits=Float(0.001, 1.0)
    )
    decay: str = static("linear", Choice(("linear", "cosine", "exponential")), "form of the decay")

    def discriminator_input(self, lanes: Lanes, images: Tensor, role: Role) -> Tensor:
        """Noisy samples, [K, B, *shape]; each role draws numbers of its own."""
        progress = lanes.step / (self.fraction * lanes.total_steps)
        strength = self.sigma * remaining(progress.to(images.dtype), self.decay)
        return images + across(strength, images) * lanes.normal(images.shape[1:])


def remaining(progress: Tensor, decay: str) -> Tensor:
    """Share of the noise that is left, from 1 at ``progress`` 0 to 0 from 1 on; of any shape."""
    t = progress.clamp(0.0, 1.0)
    if decay == "linear":
        return 1 - t
    if decay == "cosine":
        return (1 + torch.cos(math.pi * t)) / 2
    end = math.exp(-DECAY_RATE)
    return ((torch.exp(-DECAY_RATE * t) - end) / (1 - end)).clamp_min(0.0)
