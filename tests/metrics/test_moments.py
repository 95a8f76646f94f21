from __future__ import annotations

import pytest
import torch

from gansearch.metrics._moments import covariance_root, moments, symmetric_root
from gansearch.testing.measured import normal, of_features


def test_moments_are_those_of_torch() -> None:
    features = normal(0, 50, 4)
    found = moments(of_features(features))
    torch.testing.assert_close(found.mean, features.double().mean(0), rtol=0, atol=1e-12)
    torch.testing.assert_close(found.covariance, features.double().T.cov(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("count", [50, 3])
def test_a_root_squared_is_the_covariance(count: int) -> None:
    measured = of_features(normal(1, count, 6))
    root = covariance_root(measured)
    torch.testing.assert_close(root @ root, moments(measured).covariance, rtol=0, atol=1e-12)


def test_rounding_noise_below_zero_counts_as_zero() -> None:
    assert symmetric_root(torch.tensor([[-1e-18]], dtype=torch.float64)).item() == 0
