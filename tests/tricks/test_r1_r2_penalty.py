"""R1 and R2 together: the list of ten in the table of tricks."""

from __future__ import annotations

import pytest
import torch

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch, Classes
from gansearch.tricks.r1_penalty import R1Penalty
from gansearch.tricks.r1_r2_penalty import R1R2Penalty
from gansearch.tricks.r2_penalty import R2Penalty


class Bent(FakeLanes):
    """``D(x) = |x|^2 / 2``, whose gradient at x is x."""

    def discriminate(self, images: torch.Tensor, classes: Classes = None) -> torch.Tensor:
        return images.flatten(2).square().sum(2) / 2


def batch(lanes: FakeLanes) -> Batch:
    real, fake = lanes.samples("real", 16), lanes.samples("fake", 16) / 2
    return Batch(real=real, fake=fake, real_scores=lanes.discriminate(real), fake_scores=lanes.discriminate(fake))


def test_a_linear_discriminator_pays_for_both_kinds() -> None:
    lanes = FakeLanes()
    penalty = R1R2Penalty(real=3.0, fake=5.0).discriminator_loss(lanes, batch(lanes))
    expected = (3.0 / 2 + 5.0 / 2) * lanes.weights.detach().square().sum(1)
    assert penalty.tolist() == pytest.approx(expected.tolist(), rel=1e-12)


@pytest.mark.parametrize("every", [1, 4])
def test_it_is_the_sum_of_the_two(every: int) -> None:
    lanes = Bent()
    seen = batch(lanes)
    both = R1R2Penalty(real=0.7, fake=2.0, every=every).discriminator_loss(lanes, seen)
    real = R1Penalty(gamma=0.7, every=every).discriminator_loss(lanes, seen)
    fake = R2Penalty(gamma=2.0, every=every).discriminator_loss(lanes, seen)
    assert real.tolist() != pytest.approx(fake.tolist(), rel=0.1)
    assert both.tolist() == pytest.approx((real + fake).tolist(), rel=1e-12)
