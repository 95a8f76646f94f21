"""How much better the discriminator knows what it was trained on. Source: Karras et al. 2020, arXiv:2006.06676, 3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from gansearch.metrics._base import Direction, Measured, Metric, RealSet


@dataclass(frozen=True, kw_only=True)
class HeldOutScoreGap(Metric):
    """``(mean D(x_train) - mean D(x_held_out)) / s``, ``s`` the standard deviation of all these scores.

    0 for a discriminator that has learned nothing by heart; from about 1 on it tells training samples from others.
    It needs no scale, so that losses compare.
    """

    name: ClassVar[str] = "held_out_score_gap"
    unit: ClassVar[str] = "standard deviations"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "training against validation scores as in Karras et al. 2020, arXiv:2006.06676, section 3"
    real_set: ClassVar[RealSet] = "none"
    needs_players: ClassVar[bool] = True
    needs_held_out: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The gap in [-2, 2]; 0 where all scores are equal, NaN where one is not finite."""
        players = fake.players
        assert players is not None
        assert players.held_out is not None
        training, held_out = players.training.double(), players.held_out.double()
        scale = torch.cat([training, held_out]).std(correction=0)
        return ((training.mean() - held_out.mean()) / scale).item() if scale != 0 else 0.0
