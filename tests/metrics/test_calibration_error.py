from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torchmetrics.functional.classification import binary_calibration_error

from gansearch.metrics import Measured, Scores
from gansearch.metrics.calibration_error import BINS, CalibrationError, calibration_error


def of(scores: Scores) -> Measured:
    return Measured(torch.zeros(4, 2), torch.zeros(4, 2), None, scores=scores)


def normal(seed: int, count: int, shift: float = 0.0) -> Tensor:
    return torch.randn(count, generator=torch.Generator().manual_seed(seed)) + shift


@pytest.mark.parametrize("scale", [0.3, 1.0, 5.0])
def test_agrees_with_torchmetrics(scale: float) -> None:
    real, fake = scale * normal(0, 500, 0.5), scale * normal(1, 500, -0.5)
    labels = torch.cat([torch.ones(500), torch.zeros(500)]).long()
    theirs = binary_calibration_error(torch.cat([real, fake]).double().sigmoid(), labels, n_bins=BINS)
    assert calibration_error(real, fake) == pytest.approx(theirs.item(), abs=1e-6)


def test_right_probabilities_have_none() -> None:
    """Of those that are called real with 80 %, four in five are."""
    sure = math.log(0.8 / 0.2)
    real, fake = torch.tensor([sure] * 8 + [-sure] * 2), torch.tensor([sure] * 2 + [-sure] * 8)
    assert calibration_error(real, fake) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("real", "fake", "expected"), [(99.0, 99.0, 0.5), (-99.0, 99.0, 1.0), (99.0, -99.0, 0.0)])
def test_what_it_is_sure_of(real: float, fake: float, expected: float) -> None:
    assert calibration_error(torch.full((5,), real), torch.full((5,), fake)) == pytest.approx(expected, abs=1e-12)


def test_a_discriminator_that_has_given_up_has_none() -> None:
    assert calibration_error(torch.zeros(7), torch.zeros(7)) == 0


def test_overconfidence_costs() -> None:
    """Of two normal distributions one apart, scores that are the log-odds, and five times these."""
    real, fake = normal(2, 4000, 0.5), normal(3, 4000, -0.5)
    assert calibration_error(real, fake) < 0.03
    assert calibration_error(5 * real, 5 * fake) > 0.15


def test_samples_that_were_never_seen_go_before_those_of_training() -> None:
    fake, training, held_out = torch.full((4,), -99.0), torch.full((4,), 99.0), torch.full((4,), -99.0)
    metric = CalibrationError()
    seen, unseen = of(Scores(training, None, fake)), of(Scores(training, held_out, fake))
    assert metric.value(real=seen, fake=seen) == pytest.approx(0.0, abs=1e-12)
    assert metric.value(real=unseen, fake=unseen) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_cannot_be_told_without_finite_scores(bad: float) -> None:
    assert math.isnan(calibration_error(torch.tensor([bad]), torch.zeros(1)))
    assert math.isnan(calibration_error(torch.zeros(0), torch.zeros(3)))
