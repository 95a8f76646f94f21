from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch_fidelity import metric_kid
from torchmetrics.image.kid import poly_mmd

from gansearch.errors import DataError
from gansearch.metrics import kernel_distance
from gansearch.metrics.kernel_distance import KernelDistance, mean_between, mean_within
from gansearch.testing.measured import normal, of_features


def distance(real: Tensor, fake: Tensor) -> float:
    return KernelDistance().value(real=of_features(real), fake=of_features(fake))


def of_torch_fidelity(real: Tensor, fake: Tensor, subsets: int, size: int) -> float:
    theirs = metric_kid.kid_features_to_metric(
        fake, real, kid_subsets=subsets, kid_subset_size=size, kid_kernel="poly", verbose=False, rng_seed=2020
    )
    return float(theirs["kernel_inception_distance_mean"])


def test_one_number_by_hand() -> None:
    """With one feature k(x, y) = (x y + 1)^3: (-1 + 1)^3 within, (3 + 1)^3 within, mean of 0, 8, 0, 8 between."""
    real, fake = torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0], [3.0]])
    within_real, within_fake, between = 1.0, 4.0**3, (1 + 1 + 2**3 + 4**3) / 4
    assert mean_within(real) == within_real
    assert mean_within(fake) == within_fake
    assert mean_between(real, fake) == between
    assert distance(real, fake) == pytest.approx(within_real + within_fake - 2 * between, rel=1e-12)


@pytest.mark.parametrize(("count", "width", "shift"), [(400, 16, 0.3), (900, 128, 0.1), (300, 2, 1.0)])
def test_agrees_with_torch_fidelity_and_torchmetrics(count: int, width: int, shift: float) -> None:
    """On one subset that holds all samples."""
    real, fake = normal(0, count, width).double(), normal(1, count, width, shift=shift).double()
    assert distance(real, fake) == pytest.approx(of_torch_fidelity(real, fake, 1, count), rel=1e-4)
    assert distance(real, fake) == pytest.approx(poly_mmd(real, fake).item(), rel=1e-4)


def test_means_of_subsets_tend_to_it() -> None:
    real, fake = normal(2, 1000, 16).double(), normal(3, 1000, 16, shift=0.2).double()
    whole = distance(real, fake)
    assert of_torch_fidelity(real, fake, 100, 250) == pytest.approx(whole, rel=0.02)


def test_more_of_one_than_of_the_other() -> None:
    """Against the estimator written out."""
    real, fake = normal(4, 30, 3).double(), normal(5, 50, 3, scale=1.3).double()
    kernels = [(a @ b.T / 3 + 1) ** 3 for a, b in ((real, real), (fake, fake), (real, fake))]
    means = [(kernel.sum() - kernel.trace()) / (len(kernel) * (len(kernel) - 1)) for kernel in kernels[:2]]
    assert distance(real, fake) == pytest.approx(float(sum(means) - 2 * kernels[2].mean()), rel=1e-10)


def test_halves_of_one_distribution_are_at_zero_on_average() -> None:
    """Unbiased: some are below 0."""
    values = torch.tensor([distance(normal(10 + seed, 100, 4), normal(60 + seed, 100, 4)) for seed in range(50)])
    assert values.min() < 0 < values.max()
    assert abs(values.mean().item()) < 3 * values.std().item() / 50**0.5


def test_identical_sets_lie_below_zero() -> None:
    """Pairs of a sample and itself count between the sets, and not within: less twice their excess over the mean."""
    real = normal(6, 200, 4).double()
    own = (real.square().sum(1) / 4 + 1).pow(3).mean()
    expected = 2 * (mean_within(real) - float(own)) / 200
    assert distance(real, real.clone()) == pytest.approx(expected, rel=1e-9)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real, fake = normal(7, 130, 5), normal(8, 170, 5)
    whole = distance(real, fake)
    monkeypatch.setattr(kernel_distance, "BLOCK", 33)
    assert distance(real, fake) == pytest.approx(whole, abs=1e-12)


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(DataError, match="kernel_distance needs at least 2 samples; got 1 generated ones"):
        distance(normal(0, 10, 2), normal(1, 1, 2))
