from __future__ import annotations

import pytest
from torch import Tensor
from torch_fidelity import metric_fid
from torchmetrics.image.fid import _compute_fid

from gansearch.metrics.frechet_distance import FrechetDistance
from gansearch.testing.measured import normal, of_features


def distance(real: Tensor, fake: Tensor) -> float:
    return FrechetDistance().measure(real=of_features(real), fake=of_features(fake))


def mixed(seed: int, count: int, width: int) -> Tensor:
    """Correlated features, as those of a network are."""
    return normal(seed, count, width) @ normal(seed + 100, width, width) + normal(seed + 200, 1, width)


@pytest.mark.parametrize(("count", "width"), [(500, 8), (300, 64), (40, 64)])
def test_agrees_with_torch_fidelity(count: int, width: int) -> None:
    """Also with fewer samples than features, where both covariances are singular."""
    real, fake = mixed(0, count, width), mixed(1, count, width)
    statistics = [metric_fid.fid_features_to_statistics(features) for features in (real, fake)]
    theirs = metric_fid.fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]
    assert distance(real, fake) == pytest.approx(theirs, rel=1e-6)


def test_agrees_with_torchmetrics() -> None:
    real, fake = mixed(2, 400, 16).double(), mixed(3, 400, 16).double()
    theirs = _compute_fid(real.mean(0), real.T.cov(), fake.mean(0), fake.T.cov()).item()
    assert distance(real, fake) == pytest.approx(theirs, rel=1e-9)


def test_a_shift_costs_its_square() -> None:
    real = normal(0, 200, 5)
    assert distance(real, real + 2.0) == pytest.approx(5 * 2.0**2, rel=1e-5)


def test_a_scale_costs_the_difference_of_the_deviations() -> None:
    """For covariances S and c^2 S the distance is (c - 1)^2 tr S."""
    real = mixed(4, 300, 6)
    real = real - real.mean(0)
    assert distance(real, 3.0 * real) == pytest.approx(4.0 * real.T.cov().trace().item(), rel=1e-5)


def test_equal_sets_are_at_zero() -> None:
    real = mixed(5, 300, 12)
    assert distance(real, real.clone()) == pytest.approx(0.0, abs=1e-6)


def test_constant_samples_miss_the_whole_covariance() -> None:
    real = mixed(6, 300, 4)
    expected = real.T.cov().trace().item()
    assert distance(real, real.mean(0).expand(50, -1)) == pytest.approx(expected, rel=1e-5)
