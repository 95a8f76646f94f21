"""Row 42 of the table of tricks."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch, Classes
from gansearch.tricks._slopes import mean_square_excess
from gansearch.tricks.wgan_gp import WganGp


def batch(lanes: FakeLanes) -> Batch:
    real, fake = lanes.samples("real", 16), lanes.samples("fake", 16)
    return Batch(real=real, fake=fake, real_scores=lanes.discriminate(real), fake_scores=lanes.discriminate(fake))


@pytest.mark.parametrize("weight", [0.1, 10.0])
def test_a_linear_discriminator_pays_for_the_excess_of_its_norm(weight: float) -> None:
    lanes = FakeLanes()
    penalty = WganGp(weight=weight).discriminator_loss(lanes, batch(lanes))
    expected = weight * (lanes.weights.detach().norm(dim=1) - 1).square()
    assert penalty.tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def test_a_linear_discriminator_of_norm_one_pays_nothing() -> None:
    lanes = FakeLanes()
    with torch.no_grad():
        lanes.weights /= lanes.weights.norm(dim=1, keepdim=True)
    penalty = WganGp().discriminator_loss(lanes, batch(lanes))
    assert penalty.tolist() == pytest.approx([0.0] * 3, abs=1e-12)


class Listening(FakeLanes):
    """Keeps what it is asked about."""

    asked: Tensor

    def discriminate(self, images: Tensor, classes: Classes = None) -> Tensor:
        self.asked = images.detach()
        return super().discriminate(images, classes)


def test_samples_lie_between_their_real_and_their_fake_one() -> None:
    lanes = Listening()
    seen = batch(lanes)
    WganGp().discriminator_loss(lanes, seen)
    share = ((lanes.asked - seen.fake) / (seen.real - seen.fake)).flatten(2)
    first = share[..., :1]
    assert (share - first).abs().max().item() == pytest.approx(0.0, abs=1e-9)
    assert first.min().item() >= 0
    assert first.max().item() <= 1
    assert len(set(first.flatten().tolist())) == first.numel()


def test_shares_are_uniform() -> None:
    lanes = Listening(seeds=(0,), shape=(1,))
    zeros, ones = torch.zeros(1, 100_000, 1, dtype=torch.float64), torch.ones(1, 100_000, 1, dtype=torch.float64)
    WganGp().discriminator_loss(lanes, Batch(real=ones, fake=zeros, real_scores=None, fake_scores=zeros[..., 0]))
    counts = torch.histc(lanes.asked, bins=10, min=0, max=1) / 100_000
    assert counts.tolist() == pytest.approx([0.1] * 10, abs=5e-3)


def test_a_gradient_of_zero_pays_one_and_stays_finite() -> None:
    slope = torch.zeros(1, 4, 2, requires_grad=True)
    excess = mean_square_excess(slope)
    (second,) = torch.autograd.grad(excess.sum(), slope)
    assert excess.item() == pytest.approx(1.0, abs=1e-6)
    assert torch.equal(second, torch.zeros_like(second))


def test_the_penalty_is_a_mean_of_squares_not_the_square_of_a_mean() -> None:
    slope = torch.tensor([[[3.0, 4.0], [1.0, 0.0]]])
    assert mean_square_excess(slope).tolist() == pytest.approx([8.0], abs=1e-6)


def test_both_images_are_left_without_a_gradient() -> None:
    lanes = FakeLanes()
    seen = batch(lanes)
    WganGp().discriminator_loss(lanes, seen)
    assert not seen.real.requires_grad
    assert not seen.fake.requires_grad


@pytest.mark.parametrize("every", [1, 4, 16])
def test_a_lazy_penalty_is_as_many_times_as_strong_as_it_is_rarer(every: int) -> None:
    often, lazy = WganGp(weight=2.0), WganGp(weight=2.0, every=every)
    assert (often.period, lazy.period) == (1, every)
    expected = every * often.discriminator_loss(FakeLanes(), batch(FakeLanes()))
    assert lazy.discriminator_loss(FakeLanes(), batch(FakeLanes())).tolist() == pytest.approx(
        expected.tolist(), rel=1e-12
    )
