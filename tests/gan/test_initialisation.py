"""The initialisations: their distributions, and each lane from its own stream."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from gansearch.errors import PluginError
from gansearch.gan import Parameter
from gansearch.gan.initialisation import INITIALISATIONS, OWN, first_values
from gansearch.gan.layers import Linear

FAN_IN, OUTPUTS = 200, 300
WEIGHT = Parameter("linear.0.weight", (OUTPUTS, FAN_IN), FAN_IN)
BIAS = Parameter("linear.0.bias", (OUTPUTS,), FAN_IN, is_bias=True)
SCALE = Parameter("norm.0.scale", (10 * OUTPUTS,), 1, is_scale=True)
SHIFT = Parameter("norm.0.shift", (OUTPUTS,), 1, is_shift=True)


class OneStreamALane:
    def __init__(self, seeds: Sequence[int]) -> None:
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def normal(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        return torch.stack([torch.randn(shape, dtype=torch.float64, generator=g) for g in self.generators])

    def uniform(self, consumer: str, shape: tuple[int, ...]) -> Tensor:
        return torch.stack([torch.rand(shape, dtype=torch.float64, generator=g) for g in self.generators])


def test_there_are_exactly_four() -> None:
    assert set(INITIALISATIONS) == {"torch", "he", "normal_02", "orthogonal"}


@pytest.mark.parametrize(
    ("name", "std"),
    [("torch", 1 / math.sqrt(3 * FAN_IN)), ("he", math.sqrt(2 / FAN_IN)), ("normal_02", 0.02)],
)
def test_weights_have_mean_zero_and_the_right_spread(name: str, std: float) -> None:
    weights = INITIALISATIONS[name](WEIGHT, OneStreamALane([1, 2]))

    # 60,000 numbers a lane: the standard error of the standard deviation is below 0.3 %.
    torch.testing.assert_close(weights.std((1, 2)), torch.full((2,), std, dtype=torch.float64), rtol=0.015, atol=0)
    assert weights.mean((1, 2)).abs().max() < 5 * std / math.sqrt(FAN_IN * OUTPUTS)


def test_torchs_default_fills_its_bounds_for_weights_and_biases() -> None:
    bound = 1 / math.sqrt(FAN_IN)

    for parameter in (WEIGHT, BIAS):
        values = INITIALISATIONS["torch"](parameter, OneStreamALane([1]))
        assert 0.97 * bound < values.max() <= bound
        assert -bound <= values.min() < -0.97 * bound


@pytest.mark.parametrize("name", ["he", "normal_02", "orthogonal"])
def test_the_others_set_biases_to_zero(name: str) -> None:
    assert torch.equal(INITIALISATIONS[name](BIAS, OneStreamALane([1, 2])), torch.zeros(2, OUTPUTS).double())


@pytest.mark.parametrize("name", sorted(INITIALISATIONS))
def test_the_shift_of_a_normalisation_starts_at_0(name: str) -> None:
    assert torch.equal(INITIALISATIONS[name](SHIFT, OneStreamALane([1, 2])), torch.zeros(2, OUTPUTS).double())


@pytest.mark.parametrize("name", ["torch", "he", "orthogonal"])
def test_the_scale_of_a_normalisation_starts_at_1(name: str) -> None:
    assert torch.equal(INITIALISATIONS[name](SCALE, OneStreamALane([1, 2])), torch.ones(2, 10 * OUTPUTS).double())


def test_dcgans_scale_is_drawn_around_1() -> None:
    scale = INITIALISATIONS["normal_02"](SCALE, OneStreamALane([1, 2]))

    # 3,000 numbers a lane: the standard error of the standard deviation is 1.3 %.
    torch.testing.assert_close(scale.std(1), torch.full((2,), 0.02).double(), rtol=0.06, atol=0)
    torch.testing.assert_close(scale.mean(1), torch.ones(2).double(), rtol=0, atol=5 * 0.02 / 3000**0.5)


@pytest.mark.parametrize("shape", [(30, 30), (50, 20), (20, 50), (8, 3, 2, 2)])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    weight = INITIALISATIONS["orthogonal"](Parameter("w", shape, 20), OneStreamALane([1, 2, 3]))

    assert weight.shape == (3, *shape)
    matrix = weight.flatten(2)
    gram = matrix @ matrix.mT if matrix.shape[1] <= matrix.shape[2] else matrix.mT @ matrix
    identity = torch.eye(gram.shape[1], dtype=torch.float64).expand_as(gram)
    torch.testing.assert_close(gram, identity, rtol=0, atol=1e-12)


def test_orthogonal_prefers_no_direction() -> None:
    weight = INITIALISATIONS["orthogonal"](Parameter("w", (4, 4), 4), OneStreamALane(range(500)))

    assert weight[:, 0, 0].mean().abs() < 5 * 0.5 / math.sqrt(500)
    assert torch.linalg.det(weight).mean().abs() < 5 / math.sqrt(500)


@pytest.mark.parametrize("name", sorted(INITIALISATIONS))
def test_a_lane_is_filled_from_its_own_stream_alone(name: str) -> None:
    together = INITIALISATIONS[name](WEIGHT, OneStreamALane([1, 2, 3]))
    alone = INITIALISATIONS[name](WEIGHT, OneStreamALane([2]))

    assert torch.equal(together[1], alone[0])
    assert not torch.equal(together[0], together[1])


def test_what_brings_its_own_first_values_is_asked_for_them() -> None:
    with pytest.raises(PluginError, match=r"the initialisation 'own' needs a module with initial_values; got Linear"):
        first_values(Linear("linear.0", FAN_IN, OUTPUTS), OWN, OneStreamALane([1]))


def test_first_values_are_in_the_order_of_the_module() -> None:
    module = Linear("linear.0", FAN_IN, OUTPUTS)

    values = first_values(module, "torch", OneStreamALane([1, 2]))

    assert [tuple(value.shape) for value in values] == [(2, OUTPUTS, FAN_IN), (2, OUTPUTS)]
