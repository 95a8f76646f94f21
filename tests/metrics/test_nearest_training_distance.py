from __future__ import annotations

from math import isnan

import pytest
import torch
from torch import Tensor

from gansearch.errors import DataError
from gansearch.metrics.nearest_training_distance import NearestTrainingDistance
from gansearch.testing.measured import normal, of_features


def share(training: Tensor, fake: Tensor) -> float:
    return NearestTrainingDistance().value(real=of_features(training), fake=of_features(fake))


def test_copies_are_at_zero() -> None:
    training = normal(0, 500, 6)
    assert share(training, training[:100].clone()) == 0
    assert share(training, training.clone()) == 0


def test_samples_between_the_points_of_a_line() -> None:
    """Points one apart; generated ones a quarter off."""
    line = torch.arange(100.0)[:, None]
    assert share(line, line[:50] + 0.25) == pytest.approx(0.25, rel=1e-12)


def test_the_same_distribution_is_at_one() -> None:
    assert share(normal(1, 3000, 4), normal(2, 2000, 4)) == pytest.approx(1, abs=0.05)


def test_agrees_with_all_distances() -> None:
    training, fake = normal(3, 700, 8), normal(4, 301, 8, scale=1.5)
    among = torch.cdist(training.double(), training.double()).fill_diagonal_(torch.inf).amin(1)
    expected = torch.cdist(fake.double(), training.double()).amin(1).median() / among.median()
    assert share(training, fake) == pytest.approx(expected.item(), rel=1e-6)


def test_half_copies_are_at_the_edge() -> None:
    """More than half of the samples decide the median."""
    training = normal(5, 400, 3)
    fake = torch.cat([training[:60], normal(6, 40, 3)])
    assert share(training, fake) == 0


def test_training_samples_that_repeat_have_no_scale() -> None:
    assert isnan(share(torch.ones(20, 2), normal(7, 10, 2)))


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(DataError, match="nearest_training_distance needs at least 2 samples; got 1 generated ones"):
        share(normal(0, 10, 2), normal(1, 1, 2))
    with pytest.raises(DataError, match="got 1 real ones"):
        share(normal(0, 1, 2), normal(1, 10, 2))
