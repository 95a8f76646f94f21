"""Historical averaging: parameters are drawn to their own past. Source: Salimans et al. 2016, arXiv:1606.03498."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float as Floats
from torch import Tensor

from gansearch.dimensions import Choice, Float, static, traced
from gansearch.tricks._base import Lanes, PlayerName, Scalar, Trick, across


@dataclass(frozen=True, kw_only=True, eq=False)
class HistoricalAveraging(Trick):
    """Adds the gradient of ``weight * |theta - average|^2`` to that of a player's loss: ``2 weight (theta - average)``.

    ``average`` is the mean of the player's parameters before each of its updates so far, this one's among them, or
    moves as ``decay * average + (1 - decay) * theta``; to the gradient it is a constant. So players that circle around
    each other come to rest. The paper means each player, a common reading the discriminator alone.
    """

    name: ClassVar[str] = "historical_averaging"
    paper: ClassVar[str] = "Salimans et al. 2016, arXiv:1606.03498, section 3.3"
    neutral: ClassVar[Mapping[str, float]] = {"weight": 0.0}
    generator_shaped: ClassVar[frozenset[str]] = frozenset({"generator"})
    discriminator_shaped: ClassVar[frozenset[str]] = frozenset({"discriminator"})

    weight: Scalar = traced(
        1e-2, Float(1e-4, 1.0, log=True), "weight of the squared distance", unit="unitless", limits=Float(0.0, 1e6)
    )
    decay: Scalar = traced(
        0.999, Float(0.9, 0.9999), "share of a moving average kept at each update", limits=Float(0.0, 1.0)
    )
    player: str = static(
        "discriminator", Choice(("discriminator", "generator", "both")), "whose parameters are drawn to their past"
    )
    form: str = static("mean", Choice(("mean", "moving")), "whether all of the past counts alike, or the recent more")

    def initial_state(self, lanes: Lanes) -> Mapping[str, Tensor]:
        """The averages [K, P] of the players and how many updates each [K] is of."""
        state: dict[str, Tensor] = {}
        for player, parameters in _parameters(lanes).items():
            if self.player in (player, "both"):
                state[player] = parameters.detach().clone()
                state[f"{player}_updates"] = parameters.new_zeros(lanes.count)
        return state

    def gradients(self, lanes: Lanes, gradients: Tensor, player: PlayerName) -> Tensor:
        """The gradient with the pull towards the average, [K, P]."""
        if self.player not in (player, "both"):
            return gradients
        parameters, average = _parameters(lanes)[player].detach(), lanes.state[player]
        updates = lanes.state[f"{player}_updates"].add_(1)
        moved(average, parameters, 1 / updates if self.form == "mean" else 1 - self.decay)
        return gradients + 2 * across(self.weight, gradients) * (parameters - average)


def moved(average: Floats[Tensor, "K P"], parameters: Floats[Tensor, "K P"], share: Scalar) -> None:
    """Bring the average closer to the parameters by ``share`` of the way, in place."""
    average.add_((parameters - average) * across(share, average))


def _parameters(lanes: Lanes) -> Mapping[PlayerName, Tensor]:
    return {"discriminator": lanes.discriminator_parameters, "generator": lanes.generator_parameters}
