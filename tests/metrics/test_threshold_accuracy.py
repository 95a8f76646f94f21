from __future__ import annotations

import math

import pytest
import torch
from torchmetrics.functional.classification import binary_accuracy

from gansearch.metrics import Measured, Scores
from gansearch.metrics.threshold_accuracy import ThresholdAccuracy, threshold_accuracy


def of(scores: Scores) -> Measured:
    return Measured(torch.zeros(4, 2), torch.zeros(4, 2), None, scores=scores)


def test_in_closed_form() -> None:
    """Two of three real ones and one of three generated ones are told."""
    value = threshold_accuracy(torch.tensor([2.0, -1.0, 0.5]), torch.tensor([3.0, -1.0, 0.1]))
    assert value == pytest.approx(3 / 6, abs=1e-12)
    assert threshold_accuracy(torch.tensor([9.0]), torch.tensor([-9.0])) == 1
    assert threshold_accuracy(torch.tensor([-9.0]), torch.tensor([9.0])) == 0


def test_a_half_is_rounded_to_even() -> None:
    assert threshold_accuracy(torch.zeros(5), torch.full((5,), -1.0)) == 0.5
    assert threshold_accuracy(torch.ones(5), torch.zeros(5)) == 1


def test_equally_many_of_either_kind_count() -> None:
    assert threshold_accuracy(torch.tensor([1.0, -1.0, -1.0]), torch.tensor([-1.0])) == 1
    assert threshold_accuracy(torch.tensor([1.0]), torch.tensor([-1.0, 1.0, 1.0])) == 1


def test_samples_that_were_never_seen_go_before_those_of_training() -> None:
    fake, training, held_out = -torch.ones(4), torch.ones(4), -torch.ones(4)
    metric = ThresholdAccuracy()
    assert metric.value(real=of(Scores(training, None, fake)), fake=of(Scores(training, None, fake))) == 1
    assert metric.value(real=of(Scores(training, None, fake)), fake=of(Scores(training, held_out, fake))) == 0.5


def test_no_number_without_numbers() -> None:
    assert math.isnan(threshold_accuracy(torch.zeros(0), torch.zeros(3)))
    assert math.isnan(threshold_accuracy(torch.tensor([math.nan]), torch.zeros(1)))


def test_agrees_with_torchmetrics() -> None:
    stream = torch.Generator().manual_seed(0)
    real, fake = torch.randn(500, generator=stream) + 0.4, torch.randn(500, generator=stream)
    theirs = binary_accuracy(torch.cat([real, fake]).sigmoid(), torch.arange(1000).lt(500).long())
    assert threshold_accuracy(real, fake) == pytest.approx(theirs.item(), rel=1e-6)
