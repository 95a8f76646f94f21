"""Lane-wise layers: each lane as torch's own layer alone, and no lane reached by another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gansearch.gan.layers import Dropout, Elementwise, Linear, Reshape, Sequential, elementwise, linear
from gansearch.testing.draws import FakeDraws

LANES, BATCH, INPUTS = 3, 5, 4


class Alternating:
    """Drops every second number, whatever ``p`` is; notes what it was asked for."""

    is_sampling = False

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[int, ...], Tensor]] = []

    def keep_mask(self, consumer: str, shape: tuple[int, ...], p: Tensor) -> Tensor:
        self.asked.append((consumer, shape, p))
        mask = torch.ones(p.shape[0], *shape, dtype=torch.float64).flatten()
        mask[::2] = 0
        return mask.view(p.shape[0], *shape)

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        """Not asked for."""
        raise AssertionError(consumer)

    def lanes(self, start: int, stop: int) -> Alternating:
        """The same for some of the lanes."""
        return self


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("outputs", [1, 2, 7])
def test_linear_is_each_lanes_own(outputs: int) -> None:
    inputs, weight, bias = numbers(LANES, BATCH, INPUTS), numbers(LANES, outputs, INPUTS), numbers(LANES, outputs)

    together = linear(inputs, weight, bias)

    alone = torch.stack([F.linear(inputs[k], weight[k], bias[k]) for k in range(LANES)])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("outputs", [1, 2, 7, 33])
def test_linear_gives_a_lane_the_same_bits_alone(outputs: int) -> None:
    inputs, weight, bias = (
        tensor.float() for tensor in (numbers(8, 17, 31), numbers(8, outputs, 31, seed=1), numbers(8, outputs, seed=2))
    )

    together = linear(inputs, weight, bias)

    for lane in range(8):
        row = slice(lane, lane + 1)
        assert torch.equal(linear(inputs[row], weight[row], bias[row])[0], together[lane])


@pytest.mark.parametrize("function", [torch.tanh, F.softplus, F.elu, F.gelu])
@pytest.mark.parametrize("size", [1, 7, 16, 33, 64, 100])
def test_elementwise_gives_a_lane_the_same_bits_alone(function: Callable[[Tensor], Tensor], size: int) -> None:
    inputs = numbers(5, size).float().requires_grad_()

    together = elementwise(function, inputs)
    (slopes,) = torch.autograd.grad(together.sum(), inputs)

    torch.testing.assert_close(together, function(inputs), rtol=1e-5, atol=1e-7)
    for lane in range(5):
        row = inputs[lane : lane + 1].detach().requires_grad_()
        alone = elementwise(function, row)
        assert torch.equal(alone[0], together[lane])
        assert torch.equal(torch.autograd.grad(alone.sum(), row)[0][0], slopes[lane])


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_nan_stays_in_its_lane(outputs: int) -> None:
    weight = numbers(LANES, outputs, INPUTS)
    weight[1] = float("nan")

    scores = linear(numbers(LANES, BATCH, INPUTS), weight, numbers(LANES, outputs))

    assert scores[1].isnan().all()
    assert scores[[0, 2]].isfinite().all()


def test_a_linear_layer_says_its_parameters() -> None:
    weight, bias = Linear("first", INPUTS, 7).parameters

    assert (weight.name, weight.shape, weight.fan_in, weight.is_bias) == ("first.weight", (7, INPUTS), INPUTS, False)
    assert (bias.name, bias.shape, bias.fan_in, bias.is_bias) == ("first.bias", (7,), INPUTS, True)


@pytest.mark.parametrize("p", [0.25, torch.tensor([0.0, 0.25, 0.5])])
def test_dropout_multiplies_by_the_mask_of_its_name(p: float | Tensor) -> None:
    draws, inputs = Alternating(), numbers(LANES, BATCH, INPUTS)

    got = Dropout("dropout.0", p)({}, inputs, draws)

    assert torch.equal(got.flatten()[::2], torch.zeros(30, dtype=torch.float64))
    assert torch.equal(got.flatten()[1::2], inputs.flatten()[1::2])
    ((consumer, shape, asked),) = draws.asked
    assert (consumer, shape) == ("dropout.0", (BATCH, INPUTS))
    assert torch.equal(asked, torch.as_tensor(p, dtype=torch.float64).expand(LANES))


def test_dropout_without_draws_is_off() -> None:
    inputs = numbers(LANES, BATCH, INPUTS)

    assert Dropout("dropout.0", 0.5)({}, inputs, None) is inputs


@pytest.mark.parametrize("lanes", [1, LANES])
def test_dropout_keeps_a_share_and_scales_it_by_what_is_lost(lanes: int) -> None:
    rates = torch.tensor([0.3, 0.5, 0.9][:lanes], dtype=torch.float64)

    kept = Dropout("dropout.0", rates)({}, torch.ones(lanes, 100, 1000).double(), FakeDraws(range(lanes)))

    for lane, rate in zip(kept, rates.tolist(), strict=True):
        assert (lane != 0).double().mean().item() == pytest.approx(1 - rate, abs=0.005)
        assert lane.max().item() == pytest.approx(1 / (1 - rate), rel=1e-12)


def test_dropout_when_samples_are_drawn_only_where_it_is_to() -> None:
    inputs, draws = numbers(LANES, BATCH, INPUTS), FakeDraws(range(LANES), is_sampling=True)

    assert Dropout("dropout.0", 0.5)({}, inputs, draws) is inputs
    assert not torch.equal(Dropout("dropout.0", 0.5, when_sampling=True)({}, inputs, draws), inputs)
    assert Dropout("dropout.0", 0.5, when_sampling=True)({}, inputs, None) is inputs


@pytest.mark.parametrize("outputs", [1, 7])
def test_a_linear_layer_may_have_no_bias(outputs: int) -> None:
    layer = Linear("first", INPUTS, outputs, has_bias=False)
    inputs, weight = numbers(LANES, BATCH, INPUTS), numbers(LANES, outputs, INPUTS)

    assert [each.name for each in layer.parameters] == ["first.weight"]
    torch.testing.assert_close(layer({"first.weight": weight}, inputs, None), inputs @ weight.mT, rtol=0, atol=1e-12)


def test_layers_follow_one_another() -> None:
    network = Sequential((Reshape((INPUTS,)), Linear("one", INPUTS, 1), Elementwise(torch.tanh), Reshape(())))
    inputs = numbers(LANES, BATCH, 2, 2)
    parameters = {"one.weight": numbers(LANES, 1, INPUTS), "one.bias": numbers(LANES, 1)}

    got = network(parameters, inputs, None)

    product = (inputs.flatten(2) * parameters["one.weight"]).sum(2) + parameters["one.bias"]
    torch.testing.assert_close(got, product.tanh(), rtol=0, atol=1e-12)
    assert [parameter.name for parameter in network.parameters] == ["one.weight", "one.bias"]
