"""The five activations against their closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from gansearch.gan.activations import ACTIVATIONS, LEAKY_SLOPE

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
