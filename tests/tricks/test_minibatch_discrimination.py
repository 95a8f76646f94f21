"""Row 20 of the table of tricks."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gansearch.testing.hooks import give_parameters
from gansearch.testing.lanes import FakeLanes
from gansearch.tricks.minibatch_discrimination import MinibatchDiscrimination, closeness

KERNELS = 7
BATCH = 16


def added(features: Tensor, lanes: FakeLanes | None = None) -> Tensor:
    """What the trick puts behind the features, with a bias that starts at -1."""
    lanes = lanes or started()
    return MinibatchDiscrimination(kernels=KERNELS).features(lanes, features, None)[..., lanes.feature_size :]


def started() -> FakeLanes:
    lanes = FakeLanes()
    give_parameters(MinibatchDiscrimination(kernels=KERNELS), lanes)
    with torch.no_grad():
        lanes.own["bias"].zero_()
    return lanes


def test_an_identical_batch_gives_the_number_of_the_others() -> None:
    lanes = FakeLanes()
    same = lanes.numbers("one", (1, lanes.feature_size)).expand(-1, BATCH, -1)
    assert torch.equal(added(same), torch.full((3, BATCH, KERNELS), BATCH - 2.0, dtype=torch.float64))


def test_samples_far_apart_leave_the_bias() -> None:
    lanes = FakeLanes()
    apart = 1e6 * lanes.numbers("features", (BATCH, lanes.feature_size))
    assert torch.equal(added(apart), torch.full((3, BATCH, KERNELS), -1.0, dtype=torch.float64))


def test_a_permutation_of_the_batch_permutes_what_is_added() -> None:
    lanes = FakeLanes()
    features = lanes.numbers("features", (BATCH, lanes.feature_size)) / 10
    order = torch.randperm(BATCH, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(added(features[:, order]), added(features)[:, order], rtol=1e-12, atol=1e-12)


def test_it_is_the_sum_over_the_others() -> None:
    vectors = FakeLanes().numbers("vectors", (4, 2, 3))
    got = closeness(vectors)
    for sample in range(4):
        others = [other for other in range(4) if other != sample]
        distances = [(vectors[:, sample] - vectors[:, other]).abs().sum(2) for other in others]
        expected = torch.stack([torch.exp(-each) for each in distances]).sum(0)
        torch.testing.assert_close(got[:, sample], expected, rtol=1e-12, atol=1e-15)


def test_two_samples_at_a_known_distance() -> None:
    vectors = torch.tensor([[[[0.0, 0.0]], [[0.5, -1.0]]]], dtype=torch.float64)
    assert closeness(vectors).flatten().tolist() == pytest.approx([math.exp(-1.5)] * 2, rel=1e-12)


def test_gradients_are_those_of_finite_differences() -> None:
    vectors = FakeLanes(seeds=(0,)).numbers("vectors", (3, 2, 2)).requires_grad_()
    assert torch.autograd.gradcheck(closeness, (vectors,))


def test_the_bias_is_added() -> None:
    lanes = started()
    features = lanes.numbers("features", (BATCH, lanes.feature_size))
    before = added(features, lanes)
    with torch.no_grad():
        lanes.own["bias"].fill_(2.5)
    torch.testing.assert_close(added(features, lanes), before + 2.5, rtol=1e-12, atol=1e-12)


def test_what_others_have_added_is_kept_and_not_compared() -> None:
    lanes = started()
    features = lanes.numbers("features", (BATCH, lanes.feature_size))
    joined = torch.cat([features, lanes.numbers("other", (BATCH, 1))], 2)
    got = MinibatchDiscrimination(kernels=KERNELS).features(lanes, joined, None)
    assert torch.equal(got[..., : lanes.feature_size + 1], joined)
    assert torch.equal(got[..., lanes.feature_size + 1 :], added(features, lanes))
