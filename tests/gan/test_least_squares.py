"""Least squares against arithmetic: values, slopes, the best score, the floor."""

from __future__ import annotations

import pytest
import torch

from gansearch.gan import losses
from gansearch.gan.least_squares import LeastSquares
from tests.gan.fixed_scores import FAKE, REAL, best_score, discriminator_loss, generator_loss, mean_of, slope


def test_it_is_found_and_has_targets_without_being_a_cross_entropy() -> None:
    assert losses.get("least_squares") is LeastSquares
    assert LeastSquares.facts.has_targets
    assert not LeastSquares.facts.is_probability_loss


@pytest.mark.parametrize(("real_label", "fake_label"), [(1.0, 0.0), (0.9, 0.1)])
def test_closed_forms(real_label: float, fake_label: float) -> None:
    of_real = mean_of(lambda s: (s - real_label) ** 2 / 2, REAL)
    of_fake = mean_of(lambda s: (s - fake_label) ** 2 / 2, FAKE)
    expected = [real + fake for real, fake in zip(of_real, of_fake, strict=True)]

    assert discriminator_loss(LeastSquares(), real_label, fake_label).tolist() == pytest.approx(expected, abs=1e-12)
    wanted = mean_of(lambda s: (s - 1) ** 2 / 2, FAKE)
    assert generator_loss(LeastSquares()).tolist() == pytest.approx(wanted, abs=1e-12)


def test_the_slope_grows_with_the_error() -> None:
    assert slope(LeastSquares(), -10.0) == -11.0
    assert slope(LeastSquares(), 1.0) == 0.0


@pytest.mark.parametrize(("real_share", "fake_share", "labels"), [(0.5, 0.5, (0.9, 0.0)), (0.6, 0.2, (0.99, 0.1))])
def test_the_best_score(real_share: float, fake_share: float, labels: tuple[float, float]) -> None:
    candidates = torch.arange(-500, 1500, dtype=torch.float64) / 1000
    expected = (labels[0] * real_share + labels[1] * fake_share) / (real_share + fake_share)

    assert best_score(LeastSquares(), candidates, real_share, fake_share, labels) == pytest.approx(expected, abs=6e-4)


def test_the_floor_is_half_the_variances_of_the_labels() -> None:
    real = torch.tensor([[0.7, 1.2, 0.7, 1.2], [1.0, 1.0, 1.0, 1.0]], dtype=torch.float64)
    fake = torch.tensor([[0.0, 0.3, 0.3, 0.0], [0.0, 0.0, 0.0, 1.0]], dtype=torch.float64)
    loss = LeastSquares()

    floor = loss.floor(real_labels=real, fake_labels=fake)

    assert floor.tolist() == pytest.approx([(0.25**2 + 0.15**2) / 2, 0.25 * 0.75 / 2], abs=1e-12)
    means = [labels.mean(1, keepdim=True).expand(-1, 4) for labels in (real, fake)]
    best = loss.discriminator(real=means[0], fake=means[1], real_labels=real, fake_labels=fake)
    torch.testing.assert_close(best, floor, rtol=0, atol=1e-12)


def test_above_the_middle_a_score_takes_its_sample_for_a_real_one() -> None:
    assert LeastSquares().says_real(torch.tensor([[0.0, 0.5, 0.51, 2.0]])).tolist() == [[False, False, True, True]]
