"""The hinge loss against arithmetic."""

from __future__ import annotations

import pytest
import torch
from torch import autograd

from gansearch.gan import losses
from gansearch.gan.hinge import Hinge
from gansearch.records import Facts
from tests.gan.fixed_scores import FAKE, REAL, discriminator_loss, generator_loss, mean_of, slope


def test_it_is_found_and_has_no_targets() -> None:
    assert losses.get("hinge") is Hinge
    assert Hinge.facts == Facts()


def test_closed_forms() -> None:
    of_real = mean_of(lambda s: max(0.0, 1 - s), REAL)
    of_fake = mean_of(lambda s: max(0.0, 1 + s), FAKE)
    expected = [real + fake for real, fake in zip(of_real, of_fake, strict=True)]

    assert discriminator_loss(Hinge()).tolist() == pytest.approx(expected, abs=1e-12)
    assert torch.equal(discriminator_loss(Hinge()), discriminator_loss(Hinge(), 0.9, 0.3))
    assert generator_loss(Hinge()).tolist() == pytest.approx(mean_of(lambda s: -s, FAKE), abs=1e-12)


def test_scores_beyond_the_margin_count_no_more() -> None:
    real, fake = REAL.clone().requires_grad_(), FAKE.clone().requires_grad_()
    labels = torch.ones_like(REAL)
    value = Hinge().discriminator(real=real, fake=fake, real_labels=labels, fake_labels=labels)

    of_real, of_fake = autograd.grad(value.sum(), [real, fake])

    assert (of_real * 4).tolist() == [[0, -1, -1, -1], [-1, 0, -1, 0]]  # at the margin itself torch takes 0
    assert (of_fake * 4).tolist() == [[0, 1, 1, 0], [1, 1, 1, 0]]
    assert slope(Hinge(), -10.0) == slope(Hinge(), 10.0) == -1.0


def test_the_floor_is_0() -> None:
    sure = torch.full_like(REAL, 1.5)
    labels = torch.ones_like(REAL)

    assert Hinge().floor(real_labels=labels, fake_labels=labels).tolist() == [0.0, 0.0]
    got = Hinge().discriminator(real=sure, fake=-sure, real_labels=labels, fake_labels=labels)
    assert got.tolist() == [0.0, 0.0]
