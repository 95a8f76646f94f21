"""The losses against closed forms, and their slopes where a discriminator is sure."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gansearch.gan import Loss, losses
from gansearch.gan.cross_entropy import Minimax, NonSaturating, cross_entropy

REAL = torch.tensor([[2.0, -1.0], [0.0, 0.5]], dtype=torch.float64)
FAKE = torch.tensor([[-3.0, 1.0], [0.0, -0.5]], dtype=torch.float64)


def entropy(score: float, label: float) -> float:
    d = 1 / (1 + math.exp(-score))
    return -label * math.log(d) - (1 - label) * math.log(1 - d)


def slope(loss: Loss, score: float, label: float = 1.0) -> float:
    fake = torch.tensor([[score]], dtype=torch.float64, requires_grad=True)
    value = loss.generator(fake=fake, labels=torch.full_like(fake, label))
    (gradient,) = torch.autograd.grad(value.sum(), fake)
    return gradient.item()


def test_both_are_found_and_are_cross_entropies() -> None:
    assert losses.names() == ("minimax", "non_saturating")
    assert all(loss.facts.is_probability_loss for loss in losses)


@pytest.mark.parametrize("loss", [NonSaturating(), Minimax()])
@pytest.mark.parametrize(("real_label", "fake_label"), [(1.0, 0.0), (0.9, 0.1)])
def test_discriminator_is_the_sum_of_two_cross_entropies(loss: Loss, real_label: float, fake_label: float) -> None:
    got = loss.discriminator(
        real=REAL,
        fake=FAKE,
        real_labels=torch.full_like(REAL, real_label),
        fake_labels=torch.full_like(FAKE, fake_label),
    )

    for lane in range(2):
        terms = [entropy(s, real_label) / 2 for s in REAL[lane].tolist()]
        terms += [entropy(s, fake_label) / 2 for s in FAKE[lane].tolist()]
        assert got[lane].item() == pytest.approx(sum(terms), abs=1e-12)


def test_closed_forms_of_the_generators_losses() -> None:
    ones = torch.ones_like(FAKE)
    d = torch.sigmoid(FAKE)

    torch.testing.assert_close(NonSaturating().generator(fake=FAKE, labels=ones), -d.log().mean(1), rtol=0, atol=1e-12)
    torch.testing.assert_close(Minimax().generator(fake=FAKE, labels=ones), (1 - d).log().mean(1), rtol=0, atol=1e-12)


def test_slopes_where_the_discriminator_is_sure() -> None:
    assert slope(NonSaturating(), -10.0) == pytest.approx(-1.0, abs=1e-4)
    assert slope(Minimax(), -10.0) == pytest.approx(-4.5e-5, rel=0.01)


def test_no_slope_dies_or_overflows_on_logits() -> None:
    assert slope(NonSaturating(), -1e4) == pytest.approx(-1.0, abs=1e-12)
    assert slope(Minimax(), 1e4) == pytest.approx(-1.0, abs=1e-12)


@pytest.mark.parametrize("loss", [NonSaturating(), Minimax()])
@pytest.mark.parametrize("score", [-2.0, 0.0, 3.0])
def test_label_zero_mirrors_the_game(loss: Loss, score: float) -> None:
    assert slope(loss, score, label=0.0) == pytest.approx(-slope(loss, -score, label=1.0), abs=1e-12)


def test_flipping_the_generators_targets_is_the_non_saturating_loss() -> None:
    labels = torch.ones_like(FAKE)

    assert torch.equal(NonSaturating().generator(fake=FAKE, labels=labels), cross_entropy(FAKE, labels))


@pytest.mark.parametrize("loss", [NonSaturating(), Minimax()])
def test_a_nan_stays_in_its_lane(loss: Loss) -> None:
    fake: Tensor = FAKE.clone()
    fake[1, 0] = float("nan")
    ones, zeros = torch.ones_like(FAKE), torch.zeros_like(FAKE)

    pair = (
        loss.discriminator(real=REAL, fake=fake, real_labels=ones, fake_labels=zeros),
        loss.generator(fake=fake, labels=ones),
    )

    for values in pair:
        assert values.isnan().tolist() == [False, True]
