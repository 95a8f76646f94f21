"""Puts both players of a trial to the test: each trains on alone against the other as it stands.

Source: the duality gap of Grnarova et al. 2019, arXiv:1811.05512.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from torch import Tensor

from gansearch.dimensions import Choice, declared, static
from gansearch.metrics import Duel
from gansearch.metrics.duality_gap import game_value
from gansearch.training import Pack
from gansearch.tricks import Lanes, PlayerName, Trick

MOST_STEPS: Final = 500
"""Steps that a player trains on alone, at most; an epoch where that has fewer."""
SCORED: Final = 1_000
"""Samples of either kind that the game is judged by."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _StandStill(Trick):
    """Makes no update of one player."""

    name: ClassVar[str] = "stand_still"
    paper: ClassVar[str] = "Grnarova et al. 2019, arXiv:1811.05512"

    player: str = static("generator", Choice(("discriminator", "generator")), "whose updates are left out")

    def update_share(self, lanes: Lanes, loss: Tensor, player: PlayerName) -> Tensor | None:
        """0 for that player, [K]."""
        return torch.zeros_like(loss) if player == self.player else None


def duel(pack: Pack, lane: int) -> Duel | None:
    """What the game is worse for either player when the other has trained on alone, for an epoch or 500 steps.

    Both train on copies, with every trick but those that make less of an update: a learning rate that has fallen to
    nothing would hide what there is to gain. The trial's own state stays as it is.

    Args:
        pack: between epochs.
        lane: whose players.

    Returns:
        None where the loss is none of probabilities.
    """
    of_discriminator = _value(pack, lane, standing="generator")
    of_generator = _value(pack, lane, standing="discriminator")
    if of_discriminator is None or of_generator is None:
        return None
    return Duel(against_best_discriminator=of_discriminator, against_best_generator=of_generator)


def _value(pack: Pack, lane: int, *, standing: PlayerName) -> float | None:
    """The game's value on samples not trained on, once the player that does not stand still has trained on."""
    if not pack.is_scored:
        return None
    tricks = [_unhindered(trick) for trick in pack.tricks(lane)]
    alone = pack.apart(lane, [*tricks, _StandStill(player=standing)])
    alone.train_epoch(MOST_STEPS)
    scored = alone.scores(SCORED)
    real = scored.training if scored.held_out is None else scored.held_out
    return game_value(real[0], scored.fake[0])


def _unhindered(trick: Trick) -> Trick:
    """The same trick with whole updates; its state keeps its form."""
    kind = type(trick)
    if kind.update_share is Trick.update_share:
        return trick
    freed = type(kind.__name__, (kind,), {"update_share": Trick.update_share})
    fields = {name: getattr(trick, name) for name in declared(kind)}
    made: Trick = freed(**fields)
    return made
