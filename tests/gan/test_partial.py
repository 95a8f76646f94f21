"""Layers that only some lanes have: each lane goes through its own, in any order of the lanes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gansearch.gan import Module, Parameter
from gansearch.gan.layers import Dropout, Elementwise, Linear
from gansearch.gan.partial import ByRun, ElementwiseByRun, Stage, runs, staged
from gansearch.testing.draws import FakeDraws
from gansearch.testing.seeded import seeded_normal

WIDTH, BATCH = 3, 4
DROPOUT = torch.tensor([0.0, 0.2, 0.4, 0.6, 0.1], dtype=torch.float64)
ORDERS = [(3, 2, 2, 1, 1), (1, 3, 1, 2, 3), (0, 2, 0, 0, 1), (2, 2, 2, 2, 2), (0, 0, 0, 0, 0)]
LANES = 5


def level(index: int, lanes: range) -> tuple[Module, ...]:
    """A linear layer, tanh and dropout."""
    drop = Dropout(f"drop.{index}", DROPOUT[lanes.start : lanes.stop])
    return (Linear(f"linear.{index}", WIDTH, WIDTH), Elementwise(torch.tanh), drop)


def values(parameters: Sequence[Parameter]) -> dict[str, Tensor]:
    """By key; a lane's are the same wherever it stands."""
    seeds = range(LANES)
    return {each.key: seeded_normal(each.name, seeds[each.rows], each.shape).requires_grad_() for each in parameters}


def alone(lane: int, depth: int, inputs: Tensor) -> Tensor:
    """The same levels, one after the other, for one lane."""
    draws = FakeDraws((lane,))
    for index in range(depth):
        for layer in level(index, range(lane, lane + 1)):
            numbers = {each.name: seeded_normal(each.name, (lane,), each.shape) for each in layer.parameters}
            inputs = layer(numbers, inputs, draws)
    return inputs


@pytest.mark.parametrize("depths", ORDERS)
def test_a_lane_goes_through_its_own_levels(depths: tuple[int, ...]) -> None:
    module, inputs = staged(depths, level), seeded_normal("inputs", range(LANES), (BATCH, WIDTH))

    outputs = module(values(module.parameters), inputs, FakeDraws(range(LANES)))

    for lane, depth in enumerate(depths):
        expected = alone(lane, depth, inputs[lane : lane + 1])
        torch.testing.assert_close(outputs[lane : lane + 1], expected, rtol=0, atol=1e-14)


def test_a_level_is_one_layer_for_each_run_of_lanes_that_have_it() -> None:
    sorted_by_depth, shuffled = staged((3, 2, 2, 1, 1), level), staged((1, 3, 1, 2, 3), level)

    def weights(stage: Stage) -> list[str]:
        return [each.key for each in stage.parameters if each.name.endswith("weight")]

    assert weights(sorted_by_depth) == ["linear.0.weight", "linear.1.weight@0:3", "linear.2.weight@0:1"]
    assert weights(shuffled) == [
        "linear.0.weight",
        "linear.1.weight@1:2",
        "linear.2.weight@1:2",
        "linear.1.weight@3:5",
        "linear.2.weight@4:5",
    ]


def test_equal_depths_are_one_stage_without_parts() -> None:
    module = staged((2, 2, 2, 2, 2), level)

    assert module.parts == ()
    assert len(module.layers) == 6
    assert {each.lanes for each in module.parameters} == {None}


@pytest.mark.parametrize("depths", ORDERS)
def test_a_gradient_reaches_the_layers_of_its_own_lane_alone(depths: tuple[int, ...]) -> None:
    module = staged(depths, level)
    parameters = values(module.parameters)
    inputs = seeded_normal("inputs", range(LANES), (BATCH, WIDTH)).requires_grad_()
    leaves = [inputs, *parameters.values()]

    output = module(parameters, inputs, None)[1]
    slopes = torch.autograd.grad(output.sum(), leaves, materialize_grads=True)

    assert slopes[0][1].any()
    assert not slopes[0][[0, 2, 3, 4]].any()
    for each, slope in zip(module.parameters, slopes[1:], strict=True):
        lanes = range(LANES)[each.rows]
        assert slope.shape == (len(lanes), *each.shape)
        for lane, part in zip(lanes, slope, strict=True):
            assert bool(part.any()) is (lane == 1), (each.key, lane)


def test_a_nan_stays_in_its_lane() -> None:
    module, inputs = staged((3, 2, 2, 1, 1), level), seeded_normal("inputs", range(LANES), (BATCH, WIDTH))
    healthy = module(values(module.parameters), inputs, None)

    inputs[1] = float("nan")
    ill = module(values(module.parameters), inputs, None)

    assert ill[1].isnan().all()
    assert torch.equal(ill[[0, 2, 3, 4]], healthy[[0, 2, 3, 4]])


def test_functions_by_run() -> None:
    inputs = seeded_normal("inputs", range(LANES), (BATCH, WIDTH))

    outputs = ElementwiseByRun((torch.tanh, torch.relu), (2, 3))({}, inputs, None)

    assert torch.equal(outputs, torch.cat([inputs[:2].tanh(), inputs[2:].relu()]))


def test_layers_by_run() -> None:
    inputs = seeded_normal("inputs", range(LANES), (BATCH, WIDTH))

    outputs = ByRun((Elementwise(torch.tanh), Elementwise(torch.relu)), (2, 3))({}, inputs, None)

    assert torch.equal(outputs, torch.cat([inputs[:2].tanh(), inputs[2:].relu()]))


def test_runs_are_as_long_as_can_be() -> None:
    assert runs("aabcc") == [("a", range(0, 2)), ("b", range(2, 3)), ("c", range(3, 5))]
    assert runs([True, False, True], first=4) == [(True, range(4, 5)), (False, range(5, 6)), (True, range(6, 7))]
    assert runs("") == []
