"""Two time scales: learning rates of the players apart. Source: Heusel et al. 2017, arXiv:1706.08500 (TTUR)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Lanes, PlayerName, Scalar, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoTimeScale(Trick):
    """Multiplies the discriminator's rate by ``sqrt(ratio)`` and the generator's by ``1 / sqrt(ratio)``.

    The product of the two rates stays as it is, so that a search does not take a larger ratio for larger steps. A
    discriminator that learns faster (the paper: 4e-4 against 1e-4, a ratio of 4) can do without further updates.
    """

    name: ClassVar[str] = "two_time_scale"
    paper: ClassVar[str] = "Heusel et al. 2017, arXiv:1706.08500"
    neutral: ClassVar[Mapping[str, float]] = {"ratio": 1.0}

    ratio: Scalar = traced(
        4.0,
        Float(0.1, 10.0, log=True),
        "the discriminator's learning rate over the generator's, where they were equal",
        unit="unitless",
        limits=Float(1e-4, 1e4),
    )

    def update_share(self, lanes: Lanes, loss: Tensor, player: PlayerName) -> Tensor:
        """The factor of the rate, [K]."""
        factor = (torch.zeros_like(loss) + self.ratio).sqrt()
        return factor if player == "discriminator" else 1 / factor
