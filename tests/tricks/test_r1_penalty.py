"""R1: row 42 and the list of ten in the table of tricks."""

from __future__ import annotations

import pytest
import torch

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch, Classes
from gansearch.tricks._slopes import mean_square_norm
from gansearch.tricks.r1_penalty import R1Penalty


def batch(lanes: FakeLanes) -> Batch:
    real, fake = lanes.samples("real", 16), lanes.samples("fake", 16)
    return Batch(real=real, fake=fake, real_scores=lanes.discriminate(real), fake_scores=lanes.discriminate(fake))


@pytest.mark.parametrize("gamma", [0.1, 1.0, 10.0])
def test_a_linear_discriminator_pays_half_gamma_times_its_square_norm(gamma: float) -> None:
    lanes = FakeLanes()
    penalty = R1Penalty(gamma=gamma).discriminator_loss(lanes, batch(lanes))
    expected = gamma / 2 * lanes.weights.detach().square().sum(1)
    assert penalty.tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def test_its_gradient_is_gamma_times_the_weights() -> None:
    lanes = FakeLanes()
    penalty = R1Penalty(gamma=3.0).discriminator_loss(lanes, batch(lanes))
    (slope,) = torch.autograd.grad(penalty.sum(), lanes.weights)
    assert torch.allclose(slope, 3.0 * lanes.weights, rtol=1e-12, atol=0)


def test_only_real_samples_count() -> None:
    class Bent(FakeLanes):
        """``D(x) = |x|^2 / 2``, whose gradient at x is x."""

        def discriminate(self, images: torch.Tensor, classes: Classes = None) -> torch.Tensor:
            return images.flatten(2).square().sum(2) / 2

    lanes = Bent()
    penalty = R1Penalty(gamma=2.0).discriminator_loss(lanes, batch(lanes))
    expected = lanes.samples("real", 16).flatten(2).square().sum(2).mean(1)
    assert penalty.tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def test_lanes_have_weights_of_their_own() -> None:
    lanes = FakeLanes(seeds=(0, 0))
    gamma = torch.tensor([1.0, 4.0], dtype=torch.float64)
    first, second = R1Penalty(gamma=gamma).discriminator_loss(lanes, batch(lanes)).tolist()
    assert second == pytest.approx(4 * first, rel=1e-12)


def test_real_samples_are_left_without_a_gradient() -> None:
    lanes = FakeLanes()
    seen = batch(lanes)
    R1Penalty().discriminator_loss(lanes, seen)
    assert not seen.real.requires_grad


@pytest.mark.parametrize("every", [1, 4, 16])
def test_a_lazy_penalty_is_as_many_times_as_strong_as_it_is_rarer(every: int) -> None:
    lanes = FakeLanes()
    often, lazy = R1Penalty(gamma=2.0), R1Penalty(gamma=2.0, every=every)

    assert (often.period, lazy.period) == (1, every)
    expected = every * often.discriminator_loss(lanes, batch(lanes))
    assert lazy.discriminator_loss(lanes, batch(lanes)).tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def test_points_and_images_are_averaged_alike() -> None:
    slope = torch.tensor([[[3.0, 4.0], [0.0, 1.0]]])
    assert mean_square_norm(slope).tolist() == [13.0]
    assert mean_square_norm(slope[..., None, None]).tolist() == [13.0]
