"""Learning rates that warm up and fall. Source: Loshchilov and Hutter 2017, arXiv:1608.03983 (cosine)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Choice, Float, static, traced
from gansearch.tricks._base import Lanes, PlayerName, Scalar, Trick

SMALLEST_END: Final = 1e-3
"""Of the exponential, which never reaches 0."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LearningRateSchedule(Trick):
    """Makes ``min(1, (step + 1) / (warm_up * steps)) * f(p)`` of each update, as if the rates were so much lower.

    ``p`` runs from 0 after the share ``start`` of the run to 1 at its end, and ``f`` from 1 to ``end`` meanwhile: along
    a line, half a cosine, ``end^p``, or in one step as soon as ``p > 0``. The product is the same for any optimizer
    whose update is proportional to its rate. Late in a run smaller steps let the two players settle.
    """

    name: ClassVar[str] = "learning_rate_schedule"
    paper: ClassVar[str] = "Loshchilov and Hutter 2017, arXiv:1608.03983; Goyal et al. 2017, arXiv:1706.02677 (warm-up)"
    neutral: ClassVar[Mapping[str, float]] = {"end": 1.0, "warm_up": 0.0}

    start: Scalar = traced(
        0.0, Float(0.0, 0.9), "share of the run before the rates fall", unit="share of the run", limits=Float(0.0, 0.99)
    )
    end: Scalar = traced(0.0, Float(0.0, 1.0), "factor of the rates at the end of the run")
    warm_up: Scalar = traced(
        0.0,
        Float(0.0, 0.1),
        "share of the run in which the rates rise from nothing",
        unit="share of the run",
        limits=Float(0.0, 1.0),
    )
    form: str = static("linear", Choice(("linear", "cosine", "exponential", "step")), "how the rates fall")
    player: str = static("both", Choice(("both", "discriminator", "generator")), "whose rate it is")

    def update_share(self, lanes: Lanes, loss: Tensor, player: PlayerName) -> Tensor | None:
        """The factor of the rate, [K]."""
        if self.player not in (player, "both"):
            return None
        done = lanes.step.to(loss.dtype) / lanes.total_steps
        risen = ((done + 1 / lanes.total_steps) / (torch.zeros_like(loss) + self.warm_up)).clamp_max(1.0)
        return risen * factor((done - self.start) / (1 - self.start), self.end, self.form)


def factor(progress: Floats[Tensor, " K"], end: Scalar, form: str) -> Floats[Tensor, " K"]:
    """From 1 at ``progress`` 0 and before to ``end`` at 1 and after."""
    p = progress.clamp(0.0, 1.0)
    last = torch.zeros_like(p) + end
    if form == "linear":
        return 1 - (1 - last) * p
    if form == "cosine":
        return last + (1 - last) * (1 + torch.cos(math.pi * p)) / 2
    if form == "step":
        return torch.where(p > 0, last, 1.0)
    return last.clamp_min(SMALLEST_END) ** p
