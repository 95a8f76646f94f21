"""The one-sided form of row 42 of the table of tricks."""

from __future__ import annotations

import pytest
import torch

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch
from gansearch.tricks._slopes import mean_square_overshoot
from gansearch.tricks.wgan_gp import WganGp
from gansearch.tricks.wgan_gp_one_sided import WganGpOneSided


def of_norm(norm: float) -> FakeLanes:
    lanes = FakeLanes()
    with torch.no_grad():
        lanes.weights *= norm / lanes.weights.norm(dim=1, keepdim=True)
    return lanes


def batch(lanes: FakeLanes) -> Batch:
    real, fake = lanes.samples("real", 16), lanes.samples("fake", 16)
    return Batch(real=real, fake=fake, real_scores=lanes.discriminate(real), fake_scores=lanes.discriminate(fake))


@pytest.mark.parametrize("norm", [0.01, 0.5, 0.999])
def test_a_norm_below_one_pays_nothing(norm: float) -> None:
    lanes = of_norm(norm)
    penalty = WganGpOneSided().discriminator_loss(lanes, batch(lanes))
    assert penalty.tolist() == [0.0] * 3
    (slope,) = torch.autograd.grad(penalty.sum(), lanes.weights)
    assert torch.equal(slope, torch.zeros_like(slope))


@pytest.mark.parametrize("norm", [1.5, 10.0])
def test_a_norm_above_one_pays_as_in_the_two_sided_form(norm: float) -> None:
    lanes = of_norm(norm)
    penalty = WganGpOneSided(weight=3.0).discriminator_loss(lanes, batch(lanes))
    assert penalty.tolist() == pytest.approx([3.0 * (norm - 1) ** 2] * 3, rel=1e-9)
    two_sided = WganGp(weight=3.0).discriminator_loss(of_norm(norm), batch(lanes))
    assert penalty.tolist() == pytest.approx(two_sided.tolist(), rel=1e-12)


def test_steep_and_flat_samples_do_not_cancel() -> None:
    slope = torch.tensor([[[3.0, 4.0], [0.0, 0.0]]])
    assert mean_square_overshoot(slope).tolist() == pytest.approx([8.0], abs=1e-6)


def test_a_lazy_penalty_is_as_many_times_as_strong() -> None:
    lanes = of_norm(3.0)
    penalty = WganGpOneSided(weight=1.0, every=4).discriminator_loss(lanes, batch(lanes))
    assert penalty.tolist() == pytest.approx([16.0] * 3, rel=1e-9)
