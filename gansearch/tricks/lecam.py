"""LeCam regularisation: scores near those that the other kind had. Source: Tseng et al. 2021, arXiv:2104.03310."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Batch, Lanes, Scalar, Trick, across


@dataclass(frozen=True, kw_only=True, eq=False)
class Lecam(Trick):
    """Adds ``weight * (E relu(D(x) - a_fake)^2 + E relu(a_real - D(G(z)))^2)`` to the discriminator's loss.

    ``a_real`` and ``a_fake`` are moving averages ``a <- decay * a + (1 - decay) * mean score``. Up to the step
    ``start`` they are the mean scores themselves, and there is no penalty. It keeps the discriminator's scores from
    running apart where there are few data; the authors' code starts at step 1,000.
    """

    name: ClassVar[str] = "lecam"
    paper: ClassVar[str] = "Tseng et al. 2021, arXiv:2104.03310"
    neutral: ClassVar[Mapping[str, float]] = {"weight": 0.0}

    weight: Scalar = traced(
        0.3, Float(0.01, 1.0, log=True), "weight of the penalty", unit="unitless", limits=Float(0.0, 1e6)
    )
    decay: Scalar = traced(0.99, Float(0.9, 0.999), "share of the averages kept at each update", limits=Float(0.0, 1.0))
    start: Scalar = traced(1000.0, Float(0.0, 2000.0), "step at which it sets in", unit="steps", limits=Float(0.0, 1e9))

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """The averages of the mean scores, [K]."""
        return {name: lanes.generator_parameters.new_zeros(lanes.count) for name in ("real", "fake")}

    def discriminator_loss(self, lanes: Lanes, batch: Batch) -> Tensor | None:
        """Penalty per lane, shape [K]."""
        if batch.real_scores is None:
            return None
        has_started = lanes.step >= self.start
        for name, scores in (("real", batch.real_scores), ("fake", batch.fake_scores)):
            average, mean = lanes.state[name], scores.detach().mean(1)
            average.copy_(torch.where(has_started, mean + (average - mean) * self.decay, mean))
        spread = apart(batch.real_scores, batch.fake_scores, lanes.state["real"], lanes.state["fake"])
        return torch.where(has_started, self.weight * spread, 0.0)


def apart(
    real: Floats[Tensor, "K B"],
    fake: Floats[Tensor, "K B"],
    mean_real: Floats[Tensor, " K"],
    mean_fake: Floats[Tensor, " K"],
) -> Floats[Tensor, " K"]:
    """``E relu(real - mean_fake)^2 + E relu(mean_real - fake)^2``."""
    above = (real - across(mean_fake, real)).clamp_min(0).square().mean(1)
    below = (across(mean_real, fake) - fake).clamp_min(0).square().mean(1)
    return above + below
