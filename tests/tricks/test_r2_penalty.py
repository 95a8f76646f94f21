"""R2: row 42 and the list of ten in the table of tricks."""

from __future__ import annotations

import pytest
import torch

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch, Classes
from gansearch.tricks.r2_penalty import R2Penalty


class Bent(FakeLanes):
    """``D(x) = |x|^2 / 2``, whose gradient at x is x."""

    def discriminate(self, images: torch.Tensor, classes: Classes = None) -> torch.Tensor:
        return images.flatten(2).square().sum(2) / 2


def batch(lanes: FakeLanes) -> Batch:
    real, fake = lanes.samples("real", 16), lanes.samples("fake", 16).requires_grad_()
    return Batch(real=real, fake=fake, real_scores=lanes.discriminate(real), fake_scores=lanes.discriminate(fake))


@pytest.mark.parametrize("gamma", [0.1, 1.0, 10.0])
def test_a_linear_discriminator_pays_half_gamma_times_its_square_norm(gamma: float) -> None:
    lanes = FakeLanes()
    penalty = R2Penalty(gamma=gamma).discriminator_loss(lanes, batch(lanes))
    expected = gamma / 2 * lanes.weights.detach().square().sum(1)
    assert penalty.tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def test_only_fake_samples_count() -> None:
    lanes = Bent()
    penalty = R2Penalty(gamma=2.0).discriminator_loss(lanes, batch(lanes))
    expected = lanes.samples("fake", 16).flatten(2).square().sum(2).mean(1)
    assert penalty.tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def test_no_gradient_reaches_the_fakes() -> None:
    lanes = FakeLanes()
    seen = batch(lanes)
    penalty = R2Penalty().discriminator_loss(lanes, seen)
    (slope,) = torch.autograd.grad(penalty.sum(), seen.fake, allow_unused=True)
    assert slope is None


@pytest.mark.parametrize("every", [1, 4, 16])
def test_a_lazy_penalty_is_as_many_times_as_strong_as_it_is_rarer(every: int) -> None:
    lanes = FakeLanes()
    often, lazy = R2Penalty(gamma=2.0), R2Penalty(gamma=2.0, every=every)
    assert (often.period, lazy.period) == (1, every)
    expected = every * often.discriminator_loss(lanes, batch(lanes))
    assert lazy.discriminator_loss(lanes, batch(lanes)).tolist() == pytest.approx(expected.tolist(), rel=1e-12)
