"""Row 34 of the table of tricks: KL + GAN."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch
from gansearch.tricks.kl_gan import KlGan, reverse_divergence

# A hundred points of mean 0 and variance 1, to the last digit.
POINTS = torch.linspace(-1, 1, 100, dtype=torch.float64)
STANDARD = POINTS / POINTS.square().mean().sqrt()


def log_density(points: Tensor, mean: float, deviation: float) -> Tensor:
    return -(((points - mean) / deviation) ** 2) / 2 - math.log(deviation)


def closed_form(mean: float, deviation: float) -> float:
    """``KL(N(mean, deviation^2) || N(0, 1))``."""
    return (mean**2 + deviation**2 - 1) / 2 - math.log(deviation)


@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 1.0), (2.0, 1.0), (0.0, 0.5), (-1.0, 3.0)])
def test_under_the_best_discriminator_it_is_the_divergence_of_two_gaussians(mean: float, deviation: float) -> None:
    fakes = mean + deviation * STANDARD
    scores = log_density(fakes, 0.0, 1.0) - log_density(fakes, mean, deviation)
    assert reverse_divergence(scores[None]).item() == pytest.approx(closed_form(mean, deviation), abs=1e-12)


def test_the_loss_is_weighted() -> None:
    lanes = FakeLanes()
    fake = lanes.samples("fake", 16)
    batch = Batch(real=fake, fake=fake, real_scores=None, fake_scores=lanes.discriminate(fake))
    loss = KlGan(weight=0.3).generator_loss(lanes, batch)
    assert loss.tolist() == pytest.approx((-0.3 * lanes.discriminate(fake).mean(1)).tolist(), rel=1e-12)


def test_its_gradient_does_not_vanish_where_the_discriminator_is_sure() -> None:
    scores = torch.full((1, 4), -50.0, requires_grad=True)
    (slope,) = torch.autograd.grad(reverse_divergence(scores).sum(), scores)
    assert slope.tolist() == [[-0.25] * 4]
