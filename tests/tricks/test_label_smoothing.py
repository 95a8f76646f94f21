"""Rows 11 to 14 of the table of tricks, each with its numbers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Labels
from gansearch.tricks.label_smoothing import LabelSmoothing, smoothed

MANY = 200_000

SOFT_AND_NOISY = LabelSmoothing(real=0.7, real_range=0.5, fake=0.0, fake_range=0.3)
NARROW = LabelSmoothing(real=0.9, real_range=0.1, fake=0.0, fake_range=0.1)
CONSTANT = LabelSmoothing(real=0.99, fake=0.1)
ONE_SIDED = LabelSmoothing(real=0.9)


def drawn(trick: LabelSmoothing, count: int = MANY) -> Labels:
    ones = torch.ones(1, count, dtype=torch.float64)
    return trick.labels(FakeLanes(seeds=(0,)), Labels(real=ones, fake=torch.zeros_like(ones)))


def values(labels: Tensor) -> list[float]:
    """Every value that occurs."""
    return sorted(set(labels.flatten().tolist()))


def entropy(p: float) -> float:
    return -p * math.log(p) - (1 - p) * math.log(1 - p)


def lowest_cross_entropy(labels: Tensor) -> float:
    """The least mean loss that one score for all of the labels can have, found on a fine grid of scores."""
    scores = torch.linspace(-12, 12, 24_001, dtype=torch.float64)
    return float((torch.nn.functional.softplus(scores) - labels.mean() * scores).min())


@pytest.mark.parametrize(
    ("trick", "real", "fake", "real_floor", "fake_floor"),
    [
        pytest.param(SOFT_AND_NOISY, (0.7, 1.2), (0.0, 0.3), 0.199, 0.423, id="row 11"),
        pytest.param(NARROW, (0.9, 1.0), (0.0, 0.1), 0.199, 0.199, id="row 12"),
    ],
)
def test_noisy_labels(
    trick: LabelSmoothing, real: tuple[float, float], fake: tuple[float, float], real_floor: float, fake_floor: float
) -> None:
    labels = drawn(trick)
    for got, (low, high), floor in ((labels.real, real, real_floor), (labels.fake, fake, fake_floor)):
        assert low <= got.min().item() < low + 1e-3
        assert high - 1e-3 < got.max().item() < high
        # Five standard errors of the mean of a uniform number.
        error = 5 * (high - low) / math.sqrt(12 * MANY)
        assert got.mean().item() == pytest.approx((low + high) / 2, abs=error)
        assert got.std().item() == pytest.approx((high - low) / math.sqrt(12), rel=0.01)
        assert lowest_cross_entropy(got) == pytest.approx(floor, abs=2e-3)


def test_row_11_has_means_of_95_and_15_hundredths() -> None:
    labels = drawn(SOFT_AND_NOISY)
    assert labels.real.mean().item() == pytest.approx(0.95, abs=2e-3)
    assert labels.fake.mean().item() == pytest.approx(0.15, abs=2e-3)
    assert lowest_cross_entropy(labels.real) == pytest.approx(entropy(0.95), abs=2e-3)
    assert lowest_cross_entropy(labels.fake) == pytest.approx(entropy(0.15), abs=2e-3)


def test_row_13_constant_labels() -> None:
    labels = drawn(CONSTANT, 16)
    assert values(labels.real) == pytest.approx([0.99], abs=1e-12)
    assert values(labels.fake) == pytest.approx([0.1], abs=1e-12)


@pytest.mark.parametrize(
    ("trick", "real_density", "fake_density", "expected"),
    [
        pytest.param(CONSTANT, 0.3, 0.7, (0.99 * 0.3 + 0.1 * 0.7) / 1.0, id="row 13"),
        pytest.param(CONSTANT, 0.8, 0.1, (0.99 * 0.8 + 0.1 * 0.1) / 0.9, id="row 13, little mass"),
        pytest.param(ONE_SIDED, 1.0, 1.0, 0.45, id="row 14, identical distributions"),
        pytest.param(LabelSmoothing(real=0.75), 1.0, 1.0, 0.375, id="row 14, 1 - .25"),
    ],
)
def test_the_best_discriminator_is_the_weighted_mean_label(
    trick: LabelSmoothing, real_density: float, fake_density: float, expected: float
) -> None:
    labels = drawn(trick, 4)
    scores = torch.linspace(-8, 8, 160_001, dtype=torch.float64)
    spread = torch.nn.functional.softplus(scores)
    loss = real_density * (spread - labels.real.mean() * scores) + fake_density * (spread - labels.fake.mean() * scores)
    assert torch.sigmoid(scores[loss.argmin()]).item() == pytest.approx(expected, abs=1e-4)


def test_row_14_leaves_fake_labels_at_zero() -> None:
    labels = drawn(ONE_SIDED, 16)
    assert values(labels.real) == pytest.approx([0.9], abs=1e-12)
    assert values(labels.fake) == [0.0]


def test_normal_noise_has_the_mean_and_deviation_of_the_uniform_one() -> None:
    labels = drawn(LabelSmoothing(real=0.9, real_range=0.1, fake_range=0.1, noise="normal"))
    for got, mean in ((labels.real, 0.95), (labels.fake, 0.05)):
        assert got.mean().item() == pytest.approx(mean, abs=5 * 0.1 / math.sqrt(12 * MANY))
        assert got.std().item() == pytest.approx(0.1 / math.sqrt(12), rel=0.01)
        assert got.max().item() > mean + 0.08  # outside of the uniform's range


def test_flipped_labels_get_the_other_target() -> None:
    labels = torch.tensor([[1.0, 0.0, 0.25]])
    real, fake = torch.full_like(labels, 0.9), torch.full_like(labels, 0.1)
    assert smoothed(labels, real=real, fake=fake)[0].tolist() == pytest.approx([0.9, 0.1, 0.3], abs=1e-6)


def test_the_generators_targets_are_smoothed_on_demand() -> None:
    ones = torch.ones(1, 16, dtype=torch.float64)
    kept = ONE_SIDED.generator_labels(FakeLanes(seeds=(0,)), ones)
    changed = LabelSmoothing(real=0.9, generator=True).generator_labels(FakeLanes(seeds=(0,)), ones)
    assert torch.equal(kept, ones)
    assert values(changed) == pytest.approx([0.9], abs=1e-12)


def test_lanes_have_targets_of_their_own() -> None:
    ones = torch.ones(2, 4, dtype=torch.float64)
    trick = LabelSmoothing(real=torch.tensor([0.8, 1.0], dtype=torch.float64))
    labels = trick.labels(FakeLanes(seeds=(0, 1)), Labels(real=ones, fake=torch.zeros_like(ones)))
    assert labels.real[:, 0].tolist() == pytest.approx([0.8, 1.0], abs=1e-12)
