"""The list of ten in the table of tricks: groups of four."""

from __future__ import annotations

import math

import pytest
import torch

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks.minibatch_stddev import MinibatchStddev, group_deviation


def test_a_group_has_the_mean_of_its_features_deviations() -> None:
    features = FakeLanes().numbers("features", (16, 6))
    got = group_deviation(features, 4)
    expected = features.reshape(3, 4, 4, 6).std(2, unbiased=False).mean(2).repeat_interleave(4, 1)
    torch.testing.assert_close(got[..., 0], expected, rtol=0, atol=1e-7)


def test_known_numbers() -> None:
    features = torch.tensor([[[0.0, 1.0], [2.0, 1.0], [5.0, 0.0], [5.0, 6.0]]], dtype=torch.float64)
    # Deviations of 1 and 0 in the first pair, of 0 and 3 in the second; none is below 1e-4 because of the epsilon.
    assert group_deviation(features, 2).flatten().tolist() == pytest.approx([0.5, 0.5, 1.5, 1.5], abs=1e-4)


def test_a_group_of_equal_samples_has_none_and_a_finite_gradient() -> None:
    features = torch.ones(1, 8, 3, dtype=torch.float64, requires_grad=True)
    got = group_deviation(features, 4)
    assert got.flatten().tolist() == pytest.approx([math.sqrt(1e-8)] * 8, rel=1e-9)
    (slope,) = torch.autograd.grad(got.sum(), features)
    assert torch.equal(slope, torch.zeros_like(slope))


@pytest.mark.parametrize("batch", [5, 6, 7, 9, 10])
def test_the_first_samples_fill_the_last_group_up(batch: int) -> None:
    features = FakeLanes().numbers("features", (batch, 6))
    got = group_deviation(features, 4)
    assert got.shape == (3, batch, 1)
    whole = batch // 4 * 4
    assert torch.equal(got[:, :whole], group_deviation(features[:, :whole], 4))
    last = torch.cat([features[:, whole:], features[:, : whole + 4 - batch]], 1)
    torch.testing.assert_close(got[:, whole:], group_deviation(last, 4)[:, : batch - whole], rtol=1e-12, atol=1e-15)


def test_a_batch_smaller_than_a_group_is_one_group() -> None:
    features = FakeLanes().numbers("features", (3, 6))
    expected = features.std(1, unbiased=False).mean(1)
    torch.testing.assert_close(group_deviation(features, 8)[:, 0, 0], expected, rtol=0, atol=1e-7)


def test_it_is_put_behind_the_features() -> None:
    lanes = FakeLanes()
    features = lanes.numbers("features", (16, lanes.feature_size))
    got = MinibatchStddev().features(lanes, features, None)
    assert torch.equal(got[..., :-1], features)
    assert torch.equal(got[..., -1:], group_deviation(features, 4))
