"""The relativistic loss against arithmetic: in pairs, and against averages."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, autograd

from gansearch.gan import losses
from gansearch.gan.relativistic import Relativistic
from gansearch.records import Facts
from tests.gan.fixed_scores import FAKE, LANES, REAL, discriminator_loss, mean_of


def softplus(number: float) -> float:
    return math.log(1 + math.exp(number))


def test_it_is_found_and_is_paired() -> None:
    assert losses.get("relativistic") is Relativistic
    assert Relativistic.is_paired
    assert Relativistic.facts == Facts()


def test_closed_forms_in_pairs() -> None:
    loss = Relativistic()

    expected = mean_of(lambda real, fake: softplus(fake - real), REAL, FAKE)
    assert discriminator_loss(loss).tolist() == pytest.approx(expected, abs=1e-12)
    assert torch.equal(discriminator_loss(loss), discriminator_loss(loss, 0.9, 0.3))
    expected = mean_of(lambda real, fake: softplus(real - fake), REAL, FAKE)
    assert loss.paired_generator(real=REAL, fake=FAKE).tolist() == pytest.approx(expected, abs=1e-12)


def against_means(higher: Tensor, lower: Tensor) -> list[float]:
    values = []
    for lane in LANES:
        highs, lows = higher[lane].tolist(), lower[lane].tolist()
        high, low = sum(highs) / 4, sum(lows) / 4
        values.append(sum(softplus(low - one) for one in highs) / 4 + sum(softplus(one - high) for one in lows) / 4)
    return values


def test_closed_forms_against_averages() -> None:
    loss = Relativistic(against="average")

    assert discriminator_loss(loss).tolist() == pytest.approx(against_means(REAL, FAKE), abs=1e-12)
    got = loss.paired_generator(real=REAL, fake=FAKE)
    assert got.tolist() == pytest.approx(against_means(FAKE, REAL), abs=1e-12)


@pytest.mark.parametrize("against", ["pair", "average"])
def test_only_differences_count(against: str) -> None:
    loss, labels = Relativistic(against=against), torch.ones_like(REAL)
    moved = loss.discriminator(real=REAL + 7, fake=FAKE + 7, real_labels=labels, fake_labels=labels)

    torch.testing.assert_close(moved, discriminator_loss(loss), rtol=0, atol=1e-12)


def test_pairs_are_samples_at_the_same_place() -> None:
    order = torch.tensor([1, 0, 3, 2])
    both = Relativistic().paired_generator(real=REAL[:, order], fake=FAKE[:, order])
    fakes = Relativistic().paired_generator(real=REAL, fake=FAKE[:, order])

    torch.testing.assert_close(both, Relativistic().paired_generator(real=REAL, fake=FAKE), rtol=0, atol=1e-12)
    assert (fakes - both).abs().min().item() > 0.01
    averages = Relativistic(against="average")
    torch.testing.assert_close(
        averages.paired_generator(real=REAL, fake=FAKE[:, order]),
        averages.paired_generator(real=REAL, fake=FAKE),
        rtol=0,
        atol=1e-12,
    )


def test_a_fakes_slope_depends_on_its_pair_alone() -> None:
    def slopes(real: Tensor) -> Tensor:
        fake = FAKE.clone().requires_grad_()
        return autograd.grad(Relativistic().paired_generator(real=real, fake=fake).sum(), fake)[0]

    other = REAL.clone()
    other[:, 0] += 1

    assert (slopes(REAL) != slopes(other)).tolist() == [[True, False, False, False]] * 2
    expected = [-1 / (1 + math.exp(gap)) / 4 for gap in (FAKE - REAL).flatten().tolist()]
    assert slopes(REAL).flatten().tolist() == pytest.approx(expected, abs=1e-12)


def test_the_floor_is_0() -> None:
    labels, far = torch.ones_like(REAL), torch.full_like(REAL, 40.0)
    got = Relativistic().discriminator(real=far, fake=-far, real_labels=labels, fake_labels=labels)

    assert Relativistic().floor(real_labels=labels, fake_labels=labels).tolist() == [0.0, 0.0]
    assert got.tolist() == pytest.approx([0.0, 0.0], abs=1e-30)
