from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from gansearch.metrics import Duel, Measured
from gansearch.metrics.duality_gap import DualityGap, game_value


def gap(of_discriminator: float, of_generator: float) -> float:
    features = torch.zeros(4, 2)
    measured = Measured(features, features, None, duel=Duel(of_discriminator, of_generator))
    return DualityGap().value(real=measured, fake=measured)


def test_nobody_gains_at_an_equilibrium() -> None:
    half = game_value(torch.zeros(10), torch.zeros(7))
    assert half == pytest.approx(-2 * math.log(2), rel=1e-12)
    assert gap(half, half) == 0


def test_what_both_gain_is_added() -> None:
    assert gap(-0.5, -2.0) == 1.5
    assert math.isnan(gap(math.nan, -1.0))
    assert math.isnan(gap(-1.0, -math.inf))


def test_the_game_is_minus_two_cross_entropies() -> None:
    stream = torch.Generator().manual_seed(0)
    real, fake = torch.randn(300, generator=stream) + 1, torch.randn(200, generator=stream)
    theirs = F.binary_cross_entropy_with_logits(real, torch.ones(300)) + F.binary_cross_entropy_with_logits(
        fake, torch.zeros(200)
    )
    assert game_value(real, fake) == pytest.approx(-theirs.item(), rel=1e-6)
    assert game_value(torch.full((3,), 50.0), torch.full((3,), -50.0)) == pytest.approx(0, abs=1e-12)


def test_two_gaussians_have_their_best_discriminator() -> None:
    """With ``s(x) = log p(x) / q(x)`` the game is worth ``2 JS(p, q) - 2 log 2``: for far apart ones nearly 0."""
    stream = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(200_000, generator=stream) + shift for shift in (1.0, -1.0))
    # Jensen-Shannon divergence of N(1, 1) and N(-1, 1) by numerical integration.
    x = torch.linspace(-12, 12, 100_001, dtype=torch.float64)
    p, q = (torch.exp(-((x - shift) ** 2) / 2) / math.sqrt(2 * math.pi) for shift in (1.0, -1.0))
    best = torch.trapezoid(p * (p / (p + q)).log() + q * (q / (p + q)).log(), x).item()
    assert game_value(2 * real, 2 * fake) == pytest.approx(best, abs=5e-3)
