"""LeCam regularisation: the list of ten in the table of tricks."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Batch
from gansearch.tricks.lecam import Lecam, apart


def batch(real: Tensor, fake: Tensor) -> Batch:
    return Batch(real=real, fake=fake, real_scores=real, fake_scores=fake)


def scores(*numbers: float) -> Tensor:
    return torch.tensor([numbers], dtype=torch.float64)


def paid(trick: Lecam, lanes: FakeLanes, real: Tensor, fake: Tensor) -> Tensor:
    penalty = trick.discriminator_loss(lanes, batch(real, fake))
    assert penalty is not None
    return penalty


def started(trick: Lecam, step: int = 0) -> FakeLanes:
    lanes = FakeLanes(seeds=(0,), start=step)
    lanes.state.update(trick.initial_state(lanes))
    return lanes


def test_the_closed_form() -> None:
    # relu(2 + 1)^2 and relu(-3 + 1)^2 of real scores; relu(4 - 1)^2 and relu(4 - 5)^2 of fake ones.
    mean_real, mean_fake = torch.tensor([4.0]), torch.tensor([-1.0])
    penalty = apart(torch.tensor([[2.0, -3.0]]), torch.tensor([[1.0, 5.0]]), mean_real, mean_fake)
    assert penalty.tolist() == [9.0 / 2 + 9.0 / 2]


def test_scores_pay_for_their_distance_to_the_averages() -> None:
    trick = Lecam(weight=0.5, decay=0.75, start=0.0)
    lanes = started(trick)
    lanes.state["real"].fill_(2.0)
    lanes.state["fake"].fill_(-2.0)
    penalty = paid(trick, lanes, scores(5.0, 7.0), scores(-4.0, -4.0))
    # The averages move first: 2 + (6 - 2) / 4 and -2 - 2 / 4.
    assert lanes.state["real"].item() == pytest.approx(3.0, rel=1e-12)
    assert lanes.state["fake"].item() == pytest.approx(-2.5, rel=1e-12)
    expected = 0.5 * ((7.5**2 + 9.5**2) / 2 + 7.0**2)
    assert penalty.item() == pytest.approx(expected, rel=1e-12)


def test_nothing_is_paid_before_its_start() -> None:
    trick = Lecam(weight=1.0, start=3.0)
    lanes = started(trick)
    for step in range(5):
        real, fake = scores(1.0 + step, 3.0 + step), scores(-1.0, -1.0)
        penalty = paid(trick, lanes, real, fake)
        assert (penalty.item() > 0) == (step >= 3)
        if step < 3:
            assert lanes.state["real"].item() == 2.0 + step
        lanes.step.add_(1)
    assert lanes.state["real"].item() == pytest.approx((4.0 * 0.99 + 5.0 * 0.01) * 0.99 + 6.0 * 0.01, rel=1e-12)


def test_the_averages_are_constants_to_the_gradient() -> None:
    trick = Lecam(weight=1.0, decay=0.5, start=0.0)
    real, fake = scores(1.0, 2.0).requires_grad_(), scores(-1.0, -2.0).requires_grad_()
    lanes = started(trick)
    penalty = paid(trick, lanes, real, fake)
    up, down = torch.autograd.grad(penalty.sum(), (real, fake))
    torch.testing.assert_close(up, real.detach() - lanes.state["fake"])
    torch.testing.assert_close(down, fake.detach() - lanes.state["real"])


def test_scores_on_the_right_side_of_the_averages_pay_nothing() -> None:
    trick = Lecam(weight=1.0, decay=0.9, start=0.0)
    lanes = started(trick)
    lanes.state["real"].fill_(-5.0)
    lanes.state["fake"].fill_(5.0)
    assert paid(trick, lanes, scores(1.0), scores(-1.0)).item() == 0.0
