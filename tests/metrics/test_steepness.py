from __future__ import annotations

from dataclasses import replace

import torch

from gansearch.metrics import Players
from gansearch.metrics.steepness import Steepness
from gansearch.testing.measured import normal, of_features


def test_it_is_what_the_players_show() -> None:
    samples = of_features(normal(0, 4, 2))
    players = Players(torch.zeros(3), None, steepness=2.5, score_slope=0.75)
    value = Steepness().value(real=samples, fake=replace(samples, players=players))
    assert value == players.steepness
