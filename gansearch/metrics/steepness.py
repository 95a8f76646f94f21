"""How steeply samples follow their latents. Source: Gao and Li 2025, From Fitting to Collapse, TMLR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gansearch.metrics._base import Direction, Measured, Metric, RealSet


@dataclass(frozen=True, kw_only=True)
class Steepness(Metric):
    """``sqrt(E_z |J_G(z)|_F^2)``, the generator's sensitivity to its latents.

    It falls to 0 as all latents come to give one sample; it ranks no runs by itself.
    """

    name: ClassVar[str] = "steepness"
    unit: ClassVar[str] = "units of a sample per unit of a latent"
    direction: ClassVar[Direction] = "maximize"
    source: ClassVar[str] = "Gao and Li 2025, Evolution of discriminator and generator gradients in GAN training, TMLR"
    real_set: ClassVar[RealSet] = "none"
    needs_players: ClassVar[bool] = True

    def measure(self, *, real: Measured, fake: Measured) -> float:
        """The number, at least 0."""
        assert fake.players is not None
        return fake.players.steepness
