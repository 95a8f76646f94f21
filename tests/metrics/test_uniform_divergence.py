from __future__ import annotations

from math import log, sqrt

import pytest
import torch
from torch import Tensor
from torchmetrics.functional.regression import kl_divergence

from gansearch.metrics import Measured
from gansearch.metrics.class_divergence import divergence
from gansearch.metrics.classes_reached import ClassesReached
from gansearch.metrics.uniform_divergence import UniformDivergence
from gansearch.testing.measured import of_classes

DIGITS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
"""Training images of each digit in MNIST."""
SAMPLES = 26_000
DRAWS = 20


def of(fake: Measured) -> float:
    return UniformDivergence().value(real=fake, fake=fake)


def stacked(weights: list[float], seed: int) -> Tensor:
    """Classes of samples of stacked MNIST: three digits that have nothing to do with each other."""
    stream = torch.Generator().manual_seed(seed)
    digits = torch.multinomial(torch.tensor(weights), 3 * SAMPLES, replacement=True, generator=stream)
    return (digits.view(3, SAMPLES) * torch.tensor([[1], [10], [100]])).sum(0)


def divergence_of(classes: Tensor) -> float:
    return divergence(
        classes.bincount(minlength=1000).double() / SAMPLES, torch.full((1000,), 1e-3, dtype=torch.float64)
    )


@pytest.mark.parametrize(
    ("weights", "floor", "std"),
    [([1.0] * 10, 0.0194, 0.0009), ([float(count) for count in DIGITS], 0.0236, 0.0010)],
)
def test_floors_of_stacked_mnist(weights: list[float], floor: float, std: float) -> None:
    """Of a perfect sampler, and of one with MNIST's own frequencies.

    The floors are given to four digits, so that half a unit of the last is added to three standard errors.
    """
    values = torch.tensor([divergence_of(stacked(weights, seed)) for seed in range(DRAWS)], dtype=torch.float64)
    assert values.mean().item() == pytest.approx(floor, abs=3 * std / sqrt(DRAWS) + 5e-5)
    assert std / 2 < values.std().item() < 2 * std


def test_samples_of_stacked_mnist() -> None:
    """The metrics themselves: all 1,000 modes, and the divergence of their counts."""
    classes = stacked([float(count) for count in DIGITS], 0)
    one_hot = torch.zeros(SAMPLES, 1000).scatter_(1, classes[:, None], 1.0)
    fake = Measured(None, one_hot[:, :1], one_hot)
    assert of(fake) == pytest.approx(divergence_of(classes), rel=1e-12)
    assert ClassesReached().value(real=fake, fake=fake) == 1000


def test_one_class_and_equal_shares() -> None:
    assert of(of_classes([3] * 20, 10)) == pytest.approx(log(10), rel=1e-12)
    assert of(of_classes(list(range(10)) * 2, 10)) == pytest.approx(0, abs=1e-12)


def test_agrees_with_torchmetrics() -> None:
    shares = torch.tensor([[0.5, 0.25, 0.25, 0.0]], dtype=torch.float64)
    theirs = kl_divergence(shares, torch.full_like(shares, 0.25)).item()
    assert of(of_classes([0, 0, 1, 2], 4)) == pytest.approx(theirs, rel=1e-9)


def test_no_samples_have_no_value() -> None:
    nothing = Measured(None, torch.zeros(0, 1), torch.zeros(0, 4))
    assert of(nothing) != of(nothing)
