"""How far two players are from an equilibrium. Source: Grnarova et al. 2019, arXiv:1811.05512."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gansearch.metrics._base import Direction, Measured, Metric, RealSet, When


@dataclass(frozen=True, kw_only=True)
class DualityGap(Metric):
    """``M(u, v_worst) - M(u_worst, v)`` with ``M(u, v) = E log D_v(x) + E log(1 - D_v(G_u(z)))``, in nats.

    Either player goes on training alone for a while, and the other stands still: what each has gained. 0 at an
    equilibrium, where neither gains anything; a value below 0 says that training on alone made a player worse on
    samples that it has not seen. It is measured where a user asks for it, since it trains twice.
    """

    name: ClassVar[str] = "duality_gap"
    unit: ClassVar[str] = "nats"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "Grnarova et al. 2019, arXiv:1811.05512"
    when: ClassVar[When] = "asked"
    real_set: ClassVar[RealSet] = "none"
    needs_duel: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The gap in nats; NaN where a player has diverged."""
        assert fake.duel is not None
        gap = fake.duel.against_best_discriminator - fake.duel.against_best_generator
        return gap if abs(gap) < float("inf") else float("nan")


def game_value(real: Float[Tensor, " m"], fake: Float[Tensor, " k"]) -> float:
    """``E log D(x) + E log(1 - D(G(z)))`` of scores (logits of "real"), in nats: at most 0, -2 log 2 for D = 1/2."""
    return (F.logsigmoid(real.double()).mean() + F.logsigmoid(-fake.double()).mean()).item()
