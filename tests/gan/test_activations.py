"""The five activations against their closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from gansearch.gan.activations import ACTIVATIONS, LEAKY_SLOPE, leaky_relu, scaled_sigmoid

VALUES = {
    "relu": {-1.0: 0.0, 2.0: 2.0},
    "leaky_relu": {-1.0: -0.2, 2.0: 2.0},
    "elu": {-1.0: math.exp(-1) - 1, 2.0: 2.0},
    "gelu": {-1.0: -0.5 * (1 + math.erf(-1 / math.sqrt(2))), 2.0: 1 + math.erf(2 / math.sqrt(2))},
    "relu6": {-1.0: 0.0, 7.0: 6.0},
}


def test_there_are_exactly_the_five_of_the_grid() -> None:
    assert set(ACTIVATIONS) == set(VALUES)


@pytest.mark.parametrize(("name", "at", "expected"), [(n, x, y) for n, v in VALUES.items() for x, y in v.items()])
def test_value(name: str, at: float, expected: float) -> None:
    got = ACTIVATIONS[name](torch.tensor(at, dtype=torch.float64)).item()

    assert got == pytest.approx(expected, abs=1e-12)


def test_the_leaky_slope_is_the_derivative_below_zero() -> None:
    at = torch.tensor(-1.0, dtype=torch.float64, requires_grad=True)

    (slope,) = torch.autograd.grad(ACTIVATIONS["leaky_relu"](at), at)

    assert slope.item() == pytest.approx(LEAKY_SLOPE, abs=1e-12)


@pytest.mark.parametrize("slope", [0.01, LEAKY_SLOPE, 0.3])
def test_a_leaky_rectifier_has_the_slope_that_it_is_given(slope: float) -> None:
    at = torch.tensor([-1.0, 1.0], dtype=torch.float64, requires_grad=True)

    (slopes,) = torch.autograd.grad(leaky_relu(slope)(at).sum(), at)

    assert slopes.tolist() == pytest.approx([slope, 1.0], abs=1e-12)
    assert leaky_relu(LEAKY_SLOPE) is ACTIVATIONS["leaky_relu"]


def test_the_scaled_sigmoid_spans_the_range_of_tanh() -> None:
    at = torch.tensor([-100.0, -1.0, 0.0, 1.0, 100.0], dtype=torch.float64)

    torch.testing.assert_close(scaled_sigmoid(at), torch.tanh(at / 2), rtol=0, atol=1e-15)
    assert scaled_sigmoid(at)[[0, 2, 4]].tolist() == pytest.approx([-1, 0, 1], abs=1e-15)
