"""The Wasserstein loss against arithmetic."""

from __future__ import annotations

import pytest
import torch

from gansearch.gan import losses
from gansearch.gan.wasserstein import Wasserstein
from gansearch.records import Facts
from tests.gan.fixed_scores import FAKE, REAL, discriminator_loss, generator_loss, mean_of, slope


def test_it_is_found_and_has_no_targets() -> None:
    assert losses.get("wasserstein") is Wasserstein
    assert Wasserstein.facts == Facts()


def test_closed_forms() -> None:
    gaps = mean_of(lambda real, fake: fake - real, REAL, FAKE)

    assert discriminator_loss(Wasserstein()).tolist() == pytest.approx(gaps, abs=1e-12)
    assert torch.equal(discriminator_loss(Wasserstein()), discriminator_loss(Wasserstein(), 0.9, 0.3))
    assert generator_loss(Wasserstein()).tolist() == pytest.approx(mean_of(lambda s: -s, FAKE), abs=1e-12)


def test_the_slope_is_the_same_everywhere_and_there_is_no_floor() -> None:
    labels = torch.ones_like(REAL)

    assert slope(Wasserstein(), -10.0) == slope(Wasserstein(), 10.0) == -1.0
    assert bool(Wasserstein().floor(real_labels=labels, fake_labels=labels).isnan().all())


def test_a_number_added_to_all_scores_changes_nothing() -> None:
    labels = torch.ones_like(REAL)
    moved = Wasserstein().discriminator(real=REAL + 7, fake=FAKE + 7, real_labels=labels, fake_labels=labels)

    torch.testing.assert_close(moved, discriminator_loss(Wasserstein()), rtol=0, atol=1e-12)
