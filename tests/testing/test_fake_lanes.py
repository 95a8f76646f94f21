from __future__ import annotations

import pytest
import torch

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Lanes


def test_it_is_what_hooks_expect() -> None:
    lanes: Lanes = FakeLanes()
    assert lanes.count == 3
    assert lanes.generator_parameters.shape == (3, 10)
    assert lanes.normal((2, 5)).shape == (3, 2, 5)
    assert lanes.uniform((4,)).shape == (3, 4)
    assert lanes.step.dtype == torch.int64
    assert lanes.step.tolist() == [0, 0, 0]


def test_lanes_may_stand_at_different_steps() -> None:
    assert FakeLanes(start=7).step.tolist() == [7, 7, 7]
    assert FakeLanes(start=(1, 2, 3)).step.tolist() == [1, 2, 3]


def test_the_discriminator_is_linear() -> None:
    lanes = FakeLanes()
    images = lanes.samples("real", 16)
    expected = torch.einsum("kbchw,kchw->kb", images, lanes.weights.reshape(3, 1, 8, 8))
    assert torch.allclose(lanes.discriminate(images), expected, rtol=1e-12, atol=1e-12)
    assert torch.allclose(lanes.discriminate(2 * images), 2 * expected, rtol=1e-12, atol=1e-12)


def test_a_lane_depends_on_its_seed_alone() -> None:
    together, alone = FakeLanes(seeds=(0, 5)), FakeLanes(seeds=(5,))
    assert torch.equal(together.weights[1], alone.weights[0])
    assert torch.equal(together.generator_parameters[1], alone.generator_parameters[0])
    for _ in range(2):
        assert torch.equal(together.normal((3,))[1], alone.normal((3,))[0])
        assert torch.equal(together.uniform((3,))[1], alone.uniform((3,))[0])
    assert torch.equal(together.samples("real", 4)[1], alone.samples("real", 4)[0])


def test_a_stream_gives_new_numbers_each_time() -> None:
    lanes = FakeLanes()
    assert not torch.equal(lanes.normal((3,)), lanes.normal((3,)))


def test_uniform_numbers_lie_in_the_unit_interval() -> None:
    numbers = FakeLanes(seeds=(0,)).uniform((10_000,))
    assert numbers.min().item() >= 0
    assert numbers.max().item() < 1
    assert numbers.mean().item() == pytest.approx(0.5, abs=0.015)
