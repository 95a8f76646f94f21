"""Spectral normalisation: the list of ten in the table of tricks."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from gansearch.data import Data
from gansearch.testing.configurations import tiny_configuration
from gansearch.testing.lanes import FakeLanes
from gansearch.training import Lane, Pack
from gansearch.tricks.spectral_norm import SpectralNorm, iterated, normalised


class Weighted(FakeLanes):
    """Has a linear layer, a convolution and biases."""

    @property
    def discriminator_weights(self) -> dict[str, Tensor]:
        if "given" not in vars(self):
            shapes = {"linear.weight": (8, 5), "convolution.0.weight": (6, 3, 4, 4), "linear.bias": (8,)}
            self.given = {name: self.numbers(name, shape).requires_grad_() for name, shape in shapes.items()}
        return self.given


def started(trick: SpectralNorm) -> Weighted:
    lanes = Weighted()
    lanes.state.update(trick.initial_state(lanes))
    return lanes


def largest(weight: Tensor) -> Tensor:
    value: Tensor = torch.linalg.matrix_norm(weight.detach().flatten(2), ord=2)
    return value


@pytest.mark.parametrize("iterations", [1, 5])
def test_the_largest_singular_value_becomes_1(iterations: int) -> None:
    trick = SpectralNorm(iterations=iterations)
    lanes = started(trick)
    for _ in range(300):
        with torch.no_grad():
            trick.after_discriminator_update(lanes)
    weights = trick.discriminator_weights(lanes, lanes.discriminator_weights)
    for name in ("linear.weight", "convolution.0.weight"):
        assert largest(lanes.discriminator_weights[name]).min() > 1.5
        torch.testing.assert_close(largest(weights[name]), torch.ones(3, dtype=torch.float64), rtol=1e-6, atol=0)


def test_biases_are_left_alone() -> None:
    trick = SpectralNorm()
    lanes = started(trick)
    weights = trick.discriminator_weights(lanes, lanes.discriminator_weights)
    assert weights["linear.bias"] is lanes.discriminator_weights["linear.bias"]


def test_more_iterations_come_closer() -> None:
    matrix = FakeLanes().numbers("matrix", (20, 20))
    start = torch.nn.functional.normalize(FakeLanes().numbers("start", (20,)), dim=1)
    errors = []
    for iterations in (1, 5, 50):
        left, right = iterated(matrix, start, iterations)
        errors.append((largest(normalised(matrix, left, right)) - 1).abs().max().item())
    assert errors[0] > errors[1] > errors[2]


def test_the_gradient_goes_through_the_division() -> None:
    weight = FakeLanes(seeds=(0,)).numbers("weight", (4, 3)).requires_grad_()
    left, right = iterated(weight.detach(), torch.full((1, 4), 0.5, dtype=torch.float64), 500)
    outer = FakeLanes(seeds=(0,)).numbers("outer", (4, 3))
    (slope,) = torch.autograd.grad((normalised(weight, left, right) * outer).sum(), weight)
    sigma = largest(weight)[:, None, None]
    unit = weight.detach() / sigma
    expected = (outer - (outer * unit).sum() * left[..., None] * right[:, None]) / sigma
    torch.testing.assert_close(slope, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (nn.Linear(5, 8), "linear.weight"),
        (nn.Conv2d(3, 6, 4), "convolution.0.weight"),
    ],
)
def test_it_agrees_with_torchs_own_in_the_limit(layer: nn.Module, name: str) -> None:
    trick = SpectralNorm()
    lanes = started(trick)
    with torch.no_grad():
        for _ in range(300):
            trick.after_discriminator_update(lanes)
    layer = layer.double()
    layer.weight = nn.Parameter(lanes.discriminator_weights[name][1].detach().clone())
    theirs = spectral_norm(layer, n_power_iterations=300).train().weight
    ours = trick.discriminator_weights(lanes, lanes.discriminator_weights)[name][1]
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("architecture", ["mlp", "dcgan"])
def test_it_follows_the_weights_through_training(architecture: str, tiny_data: Data) -> None:
    pack = Pack([Lane(tiny_configuration(SpectralNorm(), architecture=architecture), 1)], tiny_data)
    for _ in range(10):
        pack.train_epoch()
    trick, lanes = pack._hooks.bound[0]
    weights = trick.discriminator_weights(lanes, lanes.discriminator_weights)
    found = [largest(weight).item() for weight in weights.values() if weight.ndim >= 3]
    assert len(found) >= 2
    assert found == pytest.approx([1.0] * len(found), rel=0.05)
    assert all("." not in name for name in lanes.state)


def test_a_weight_of_zeros_stays_finite() -> None:
    left, right = iterated(torch.zeros(1, 3, 2), torch.full((1, 3), 1 / math.sqrt(3)), 1)
    assert normalised(torch.zeros(1, 3, 2), left, right).tolist() == [[[0.0, 0.0]] * 3]
