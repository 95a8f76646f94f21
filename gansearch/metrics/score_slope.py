"""How hard the discriminator pulls at samples. Source: Gao and Li 2025, From Fitting to Collapse, TMLR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric, RealSet


@dataclass(frozen=True, kw_only=True)
class ScoreSlope(Metric):
    """``E |grad_x D(x)|`` at generated ``x``: the velocity of samples seen as particles in the discriminator's field.

    It ranks no runs by itself.
    """

    name: ClassVar[str] = "score_slope"
    unit: ClassVar[str] = "units of the score per unit of a sample"
    direction: ClassVar[Direction] = "minimize"
    source: ClassVar[str] = "Gao and Li 2025, Evolution of discriminator and generator gradients in GAN training, TMLR"
    real_set: ClassVar[RealSet] = "none"
    needs_players: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The number, at least 0."""
        assert fake.players is not None
        return fake.players.score_slope
