"""Correlation within minibatches: closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from gansearch.metrics.batch_correlation import BatchCorrelation, intraclass_correlation


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_independent_samples_have_none() -> None:
    assert intraclass_correlation(normal(200, 32, 16)) == pytest.approx(0.0, abs=0.002)


def test_equal_samples_have_all_of_it() -> None:
    assert intraclass_correlation(normal(20, 1, 4).expand(20, 8, 4)) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_it_is_the_share_of_the_variance_that_a_minibatch_has_in_common(share: float) -> None:
    common, own = normal(2000, 1, 8), normal(2000, 16, 8, seed=1)
    found = intraclass_correlation(math.sqrt(share) * common + math.sqrt(1 - share) * own)
    assert found == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("shape", [(1, 8, 4), (8, 1, 4)])
def test_it_needs_two_minibatches_of_two(shape: tuple[int, int, int]) -> None:
    assert math.isnan(intraclass_correlation(normal(*shape)))


def test_samples_that_are_all_equal_tell_nothing() -> None:
    assert math.isnan(intraclass_correlation(torch.ones(4, 4, 4)))
    assert BatchCorrelation.needs_batches
