from __future__ import annotations

import pytest
import torch

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks.ema import Ema, moved


def started(trick: Ema, lanes: FakeLanes) -> None:
    lanes.state.update(trick.initial_state(lanes))


def test_the_average_starts_at_the_parameters() -> None:
    lanes = FakeLanes()
    started(Ema(), lanes)
    assert torch.equal(Ema().averaged_generator(lanes), lanes.generator_parameters)
    lanes.generator_parameters.add_(1)
    assert not torch.equal(Ema().averaged_generator(lanes), lanes.generator_parameters)


@pytest.mark.parametrize("decay", [0.9, 0.99, 0.999, 0.9999])
def test_it_closes_the_gap_by_the_decay_at_each_step(decay: float) -> None:
    lanes, trick = FakeLanes(), Ema(decay=decay)
    started(trick, lanes)
    start = lanes.generator_parameters.clone()
    lanes.generator_parameters.copy_(start + 1)
    for _ in range(50):
        trick.after_step(lanes)
    # Towards parameters that stay where they are, the gap is decay^t.
    gap = lanes.generator_parameters - trick.averaged_generator(lanes)
    assert gap.flatten().tolist() == pytest.approx([decay**50] * gap.numel(), rel=1e-9)


def test_it_is_the_weighted_sum_of_all_parameters() -> None:
    lanes, trick = FakeLanes(seeds=(0,)), Ema(decay=0.9)
    started(trick, lanes)
    expected = lanes.generator_parameters * 0.9**3
    for step in range(3):
        lanes.generator_parameters.copy_(lanes.numbers(f"after {step}", (10,)))
        trick.after_step(lanes)
        expected = expected + 0.1 * 0.9 ** (2 - step) * lanes.generator_parameters
    assert trick.averaged_generator(lanes)[0].tolist() == pytest.approx(expected[0].tolist(), rel=1e-12)


def test_a_decay_of_zero_keeps_the_parameters_and_of_one_the_start() -> None:
    average, parameters = torch.zeros(2, 3), torch.ones(2, 3)
    assert moved(average, parameters, torch.tensor([0.0, 1.0])).tolist() == [[1.0] * 3, [0.0] * 3]


def test_training_never_sees_the_average(tiny_data: Data) -> None:
    without = Pack([Lane(tiny_configuration(), 1)], tiny_data)
    averaged = Pack([Lane(tiny_configuration(Ema()), 1)], tiny_data)
    for pack in (without, averaged):
        pack.train_epoch()
    assert torch.equal(without.sample(8, averaged=False), averaged.sample(8, averaged=False))
    assert not without.has_average
    assert averaged.has_average


def test_evaluation_sees_it(tiny_data: Data) -> None:
    pack = Pack([Lane(tiny_configuration(Ema()), 1)], tiny_data)
    first = pack.sample(8, averaged=True)
    for _ in range(3):
        pack.train_epoch()
    live, average = pack.sample(8, averaged=False), pack.sample(8, averaged=True)
    # At a decay of .999 the average of 12 steps is still close to the start.
    assert (average - first).abs().max() < (live - first).abs().max() / 10
    assert (average - first).abs().max() > 0
