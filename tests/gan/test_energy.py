"""The loss on energies against arithmetic: its margin, which lanes may differ in."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, autograd

from gansearch.gan import losses
from gansearch.gan.energy import Energy
from tests.gan.fixed_scores import FAKE, REAL, discriminator_loss, generator_loss, mean_of, slope

ERRORS = torch.tensor([[0.1, 0.9, 1.5, 3.0], [0.1, 0.9, 1.5, 3.0]], dtype=torch.float64)


def test_it_is_found_and_needs_energies() -> None:
    assert losses.get("energy") is Energy
    assert Energy.facts.needs_energies
    assert not Energy.facts.has_targets


@pytest.mark.parametrize("margin", [0.0, 1.0, 2.5])
def test_closed_forms(margin: float) -> None:
    of_real = mean_of(lambda s: s, REAL)
    of_fake = mean_of(lambda s: max(0.0, margin - s), FAKE)
    expected = [real + fake for real, fake in zip(of_real, of_fake, strict=True)]

    assert discriminator_loss(Energy(margin=margin)).tolist() == pytest.approx(expected, abs=1e-12)
    wanted = mean_of(lambda s: s, FAKE)
    assert generator_loss(Energy(margin=margin)).tolist() == pytest.approx(wanted, abs=1e-12)
    assert slope(Energy(margin=margin), 10.0) == 1.0


def of_fakes(loss: Energy) -> Tensor:
    fake = ERRORS.clone().requires_grad_()
    labels = torch.ones_like(fake)
    value = loss.discriminator(real=ERRORS, fake=fake, real_labels=labels, fake_labels=labels)
    return autograd.grad(value.sum(), fake)[0] * 4


def test_fakes_beyond_the_margin_are_left_alone_in_every_lane_by_its_own() -> None:
    loss = Energy(margin=torch.tensor([1.0, 2.0], dtype=torch.float64))

    assert of_fakes(loss).tolist() == [[-1, -1, 0, 0], [-1, -1, -1, 0]]
    assert loss.says_real(ERRORS).tolist() == [[True, False, False, False], [True, True, False, False]]


def test_the_floor_is_0() -> None:
    labels, margin = torch.ones_like(ERRORS), torch.full_like(ERRORS, 1.0)
    got = Energy().discriminator(real=0 * margin, fake=margin, real_labels=labels, fake_labels=labels)

    assert got.tolist() == Energy().floor(real_labels=labels, fake_labels=labels).tolist() == [0.0, 0.0]
