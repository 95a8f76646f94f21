"""Updates only where a player's loss is high: a negative control. Source: Chintala et al. 2016, How to train a GAN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from gansearch.dimensions import Float, traced
from gansearch.tricks._base import Lanes, PlayerName, Scalar, Trick


@dataclass(frozen=True, kw_only=True, eq=False)
class LossGate(Trick):
    """Makes a player's update only where its loss is above a threshold: a share of ``1 if loss > threshold else 0``.

    So a player that does well waits for the other. The sources advise against it (do not balance the players by
    statistics of their losses; a run that has collapsed is not brought back by training one player more): it is here as
    a negative control. Where both losses lie below their thresholds nothing is trained, until a batch is worse. The
    signals tell whether a player's last update was made: 1 or 0.
    """

    name: ClassVar[str] = "loss_gate"
    paper: ClassVar[str] = "Chintala et al. 2016, How to train a GAN, item 11; Scuccimarra 2019, GAN Hacks, item 7"
    neutral: ClassVar[Mapping[str, float]] = {"discriminator": -1e6, "generator": -1e6}
    signals: ClassVar[tuple[str, ...]] = ("discriminator", "generator")

    discriminator: Scalar = traced(
        0.5, Float(0.0, 1.4), "discriminator's loss above which it is trained", unit="nats", limits=Float(-1e6, 1e6)
    )
    generator: Scalar = traced(
        0.5, Float(0.0, 1.4), "generator's loss above which it is trained", unit="nats", limits=Float(-1e6, 1e6)
    )

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """Whether each player's last update was made, [K] of 0 and 1."""
        return {player: lanes.generator_parameters.new_zeros(lanes.count) for player in self.signals}

    def update_share(self, lanes: Lanes, loss: Tensor, player: PlayerName) -> Tensor:
        """1 where the loss is above the threshold, else 0; [K]."""
        threshold = self.discriminator if player == "discriminator" else self.generator
        share = (loss > threshold).to(loss.dtype)
        lanes.state[player].copy_(share)
        return share

    def measured(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """Whether each player's last update was made."""
        return {player: lanes.state[player] for player in self.signals}
