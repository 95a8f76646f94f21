"""Row 19 of the table of tricks."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks.historical_averaging import HistoricalAveraging

RATE = 0.1


def started(trick: HistoricalAveraging, generator_size: int = 10, discriminator_size: int = 12) -> FakeLanes:
    lanes = FakeLanes(seeds=(0,), generator_size=generator_size, discriminator_size=discriminator_size)
    lanes.state.update(trick.initial_state(lanes))
    return lanes


@pytest.mark.parametrize("form", ["mean", "moving"])
def test_the_first_update_has_no_past(form: str) -> None:
    trick = HistoricalAveraging(weight=1.0, form=form)
    lanes = started(trick)
    given = lanes.numbers("gradients", (12,))
    assert torch.equal(trick.gradients(lanes, given, "discriminator"), given)


def test_it_adds_the_gradient_of_the_distance_to_the_mean() -> None:
    trick = HistoricalAveraging(weight=0.3)
    lanes = started(trick)
    past: list[Tensor] = []
    for update in range(5):
        lanes.discriminator_parameters.copy_(lanes.numbers(f"parameters {update}", (12,)))
        past.append(lanes.discriminator_parameters.clone())
        given = lanes.numbers("gradients", (12,))
        got = trick.gradients(lanes, given, "discriminator")
        expected = given + 2 * 0.3 * (past[-1] - torch.stack(past).mean(0))
        torch.testing.assert_close(got, expected, rtol=1e-12, atol=1e-12)


def test_a_moving_average_forgets() -> None:
    trick = HistoricalAveraging(weight=0.5, form="moving", decay=0.9)
    lanes = started(trick)
    start = lanes.discriminator_parameters.clone()
    lanes.discriminator_parameters.add_(1)
    zeros = torch.zeros_like(start)
    for update in range(1, 20):
        # Towards parameters that stay where they are, the gap is decay^t.
        gap = trick.gradients(lanes, zeros, "discriminator")
        assert gap.flatten().tolist() == pytest.approx([0.9**update] * 12, rel=1e-9)


@pytest.mark.parametrize("player", ["discriminator", "generator", "both"])
def test_only_the_chosen_players_are_drawn(player: str) -> None:
    trick = HistoricalAveraging(weight=1.0, player=player)
    lanes = started(trick)
    for each, size in (("generator", 10), ("discriminator", 12)):
        given = lanes.numbers("gradients", (size,))
        trick.gradients(lanes, given, each)  # type: ignore[arg-type]
        getattr(lanes, f"{each}_parameters").add_(1)
        got = trick.gradients(lanes, given, each)  # type: ignore[arg-type]
        expected = given + 1 if player in (each, "both") else given
        torch.testing.assert_close(got, expected, rtol=1e-12, atol=1e-12)
        assert (each in lanes.state) == (player in (each, "both"))


def radius_after(weight: float, form: str, updates: int = 400) -> float:
    """Of the game ``x y``, whose first player lowers it and whose second raises it, from the point (1, 0)."""
    trick = HistoricalAveraging(weight=weight, player="both", form=form, decay=0.99)
    lanes = started(trick, generator_size=1, discriminator_size=1)
    x, y = lanes.generator_parameters.fill_(1.0), lanes.discriminator_parameters.fill_(0.0)
    for name, parameters in (("generator", x), ("discriminator", y)):
        lanes.state[name].copy_(parameters)
    for _ in range(updates):
        down = trick.gradients(lanes, y.clone(), "generator")
        up = trick.gradients(lanes, -x.clone(), "discriminator")
        x.sub_(RATE * down)
        y.sub_(RATE * up)
    return math.hypot(x.item(), y.item())


@pytest.mark.parametrize("form", ["mean", "moving"])
def test_it_damps_the_bilinear_game(form: str) -> None:
    # Without it each pair of updates takes them further out, by the factor sqrt(1 + rate^2).
    assert radius_after(0.0, form) == pytest.approx((1 + RATE**2) ** 200, rel=1e-9)
    assert radius_after(0.5, form, 1600) < radius_after(0.5, form) < 0.2
