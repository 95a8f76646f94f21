"""Row 18 of the table of tricks."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch
from gansearch.tricks.feature_matching import FeatureMatching, mean_gap


class Identity(FakeLanes):
    """``f(x) = x``."""

    def features(self, images: Tensor, classes: Tensor | None = None) -> Tensor:
        return images.flatten(2).clone()


def batch(lanes: FakeLanes, real: Tensor, fake: Tensor) -> Batch:
    return Batch(
        real=real,
        fake=fake,
        real_scores=None,
        fake_scores=lanes.discriminate(fake),
        fake_features=lanes.features(fake),
    )


@pytest.mark.parametrize("norm", ["squared", "absolute"])
def test_fakes_equal_to_real_samples_cost_nothing(norm: str) -> None:
    lanes = FakeLanes()
    real = lanes.samples("real", 16)
    loss = FeatureMatching(norm=norm).generator_loss(lanes, batch(lanes, real, real.flip(1)))
    assert loss is not None
    assert loss.tolist() == pytest.approx([0.0] * 3, abs=1e-12)


def test_with_the_identity_it_is_the_gap_between_means() -> None:
    lanes = Identity(shape=(2,))
    real, fake = lanes.samples("real", 16), lanes.samples("fake", 16)
    gap = (real.mean(1) - fake.mean(1)).detach()
    squared = FeatureMatching(weight=3.0).generator_loss(lanes, batch(lanes, real, fake))
    absolute = FeatureMatching(weight=3.0, norm="absolute").generator_loss(lanes, batch(lanes, real, fake))
    assert squared is not None
    assert absolute is not None
    assert squared.tolist() == pytest.approx((3 * (gap[:, 0] ** 2 + gap[:, 1] ** 2) / 2).tolist(), rel=1e-12)
    assert absolute.tolist() == pytest.approx((3 * gap.abs().sum(1) / 2).tolist(), rel=1e-12)


def test_known_numbers() -> None:
    real = torch.tensor([[[1.0, 5.0], [3.0, 5.0]]])
    fake = torch.tensor([[[0.0, 2.0], [0.0, 4.0], [3.0, 3.0]]])
    assert mean_gap(real, fake, "squared").tolist() == pytest.approx([(1**2 + 2**2) / 2], rel=1e-6)
    assert mean_gap(real, fake, "absolute").tolist() == pytest.approx([1.5], rel=1e-6)


def test_its_gradient_reaches_the_fakes_alone() -> None:
    lanes = Identity(shape=(2,))
    real, fake = lanes.samples("real", 16).requires_grad_(), lanes.samples("fake", 16).requires_grad_()
    loss = FeatureMatching().generator_loss(lanes, batch(lanes, real, fake))
    assert loss is not None
    of_real, of_fake = torch.autograd.grad(loss.sum(), (real, fake), materialize_grads=True)
    assert torch.equal(of_real, torch.zeros_like(real))
    expected = -(real.mean(1) - fake.mean(1)) / 16
    torch.testing.assert_close(of_fake, expected[:, None].expand(-1, 16, -1), rtol=1e-12, atol=1e-15)


def test_replacing_the_own_loss_leaves_nothing_of_it_not_even_a_nan() -> None:
    loss = torch.tensor([1.0, float("nan"), float("inf")], requires_grad=True)
    replaced = FeatureMatching(mode="replace").adversarial_loss(FakeLanes(), loss)
    assert replaced.tolist() == [0.0] * 3
    assert replaced.is_leaf
    assert FeatureMatching().adversarial_loss(FakeLanes(), loss) is loss
