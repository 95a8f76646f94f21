"""Lane-wise convolutions: each lane as torch's own layer alone, in both forms, and in their derivatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, autograd, nn

from gansearch.gan.convolution import (
    Convolution,
    TransposedConvolution,
    convolution,
    takes_groups,
    transposed_convolution,
)

LANES, BATCH, INPUTS, OUTPUTS, KERNEL = 3, 4, 2, 5, 4
SIZES: tuple[Mapping[str, int], ...] = ({"stride": 2, "padding": 1}, {"stride": 3, "padding": 0}, {})
TRANSPOSED: tuple[Mapping[str, int], ...] = (
    *SIZES,
    {"stride": 2, "padding": 1, "output_padding": 1},
    {"stride": 3, "padding": 2, "output_padding": 2},
)
CASES = [
    *((convolution, nn.Conv2d, (LANES, OUTPUTS, INPUTS, KERNEL, KERNEL), sizes) for sizes in SIZES),
    *(
        (transposed_convolution, nn.ConvTranspose2d, (LANES, INPUTS, OUTPUTS, KERNEL, KERNEL), sizes)
        for sizes in TRANSPOSED
    ),
]
Lanewise = Callable[..., Tensor]


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).requires_grad_()


def derivatives(apply: Callable[[Tensor, Tensor, Tensor], Tensor], leaves: tuple[Tensor, ...]) -> list[Tensor]:
    """Output, first derivatives of a sum of squares, and those of the squares of the slope at the input."""
    output = apply(*leaves)
    first = autograd.grad(output.square().sum(), leaves, create_graph=True)
    second = autograd.grad(first[0].square().sum(), leaves)
    return [output, *first, *second]


@pytest.mark.parametrize(("function", "oracle", "shape", "sizes"), CASES)
@pytest.mark.parametrize(("lanes", "grouped"), [(1, False), (1, True), (LANES, False), (LANES, True)])
def test_each_lane_is_torchs_own_layer(  # noqa: PLR0917 (one for each of its parameters)
    function: Lanewise, oracle: Any, shape: tuple[int, ...], sizes: Mapping[str, int], lanes: int, grouped: bool
) -> None:
    leaves = (
        numbers(lanes, BATCH, INPUTS, 7, 9),
        numbers(lanes, *shape[1:], seed=1),
        numbers(lanes, OUTPUTS, seed=2),
    )

    got = derivatives(lambda *each: function(*each, **sizes, grouped=grouped), leaves)

    for lane in range(lanes):
        alone = oracle(INPUTS, OUTPUTS, KERNEL, **sizes).double()

        def apply(inputs: Tensor, weight: Tensor, bias: Tensor, alone: nn.Module = alone) -> Tensor:
            output: Tensor = torch.func.functional_call(alone, {"weight": weight, "bias": bias}, inputs)
            return output

        expected = derivatives(apply, tuple(leaf[lane].detach().requires_grad_() for leaf in leaves))
        for ours, theirs in zip(got, expected, strict=True):
            torch.testing.assert_close(ours[lane], theirs, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("function", [convolution, transposed_convolution])
def test_derivatives_of_the_grouped_form_are_those_of_differences(function: Lanewise) -> None:
    leaves = (numbers(2, 1, 2, 3, 3), numbers(2, 2, 2, 2, 2, seed=1), numbers(2, 2, seed=2))

    def apply(*each: Tensor) -> Tensor:
        return function(*each, stride=2, padding=1, grouped=True)

    assert autograd.gradcheck(apply, leaves)
    assert autograd.gradgradcheck(apply, leaves)


@pytest.mark.parametrize(("function", "shape", "sizes"), [(case[0], *case[2:]) for case in CASES])
def test_without_a_bias_and_without_the_gradient_of_some(
    function: Lanewise, shape: tuple[int, ...], sizes: Mapping[str, int]
) -> None:
    inputs, weight = numbers(LANES, BATCH, INPUTS, 7, 9), numbers(*shape, seed=1)

    loop = function(inputs, weight, None, **sizes, grouped=False)
    groups = function(inputs, weight, None, **sizes, grouped=True)

    torch.testing.assert_close(groups, loop, rtol=0, atol=1e-12)
    for fixed in (inputs, weight):
        fixed.requires_grad_(False)
        (free,) = (leaf for leaf in (inputs, weight) if leaf.requires_grad)
        slopes = [
            autograd.grad(function(inputs, weight, None, **sizes, grouped=grouped).square().sum(), free)[0]
            for grouped in (False, True)
        ]
        torch.testing.assert_close(*slopes, rtol=1e-12, atol=1e-12)
        fixed.requires_grad_(True)


@pytest.mark.parametrize("function", [convolution, transposed_convolution])
def test_a_lane_has_the_same_bits_alone_on_a_cpu(function: Lanewise) -> None:
    inputs, weight, bias = (
        numbers(*shape, seed=seed).detach().float().requires_grad_()
        for seed, shape in enumerate([(5, 16, 8, 14, 14), (5, 8, 8, 4, 4), (5, 8)])
    )

    together = function(inputs, weight, bias, stride=2, padding=1)
    slopes = autograd.grad(together.square().sum(), (inputs, weight, bias))

    for lane in range(5):
        row = [leaf[lane : lane + 1].detach().requires_grad_() for leaf in (inputs, weight, bias)]
        alone = function(*row, stride=2, padding=1)
        assert torch.equal(alone[0], together[lane])
        for ours, theirs in zip(slopes, autograd.grad(alone.square().sum(), row), strict=True):
            assert torch.equal(theirs[0], ours[lane])


@pytest.mark.parametrize("function", [convolution, transposed_convolution])
@pytest.mark.parametrize("grouped", [False, True])
def test_a_nan_stays_in_its_lane(function: Lanewise, grouped: bool) -> None:
    inputs, weight, bias = numbers(LANES, BATCH, 2, 6, 6), numbers(LANES, 2, 2, 4, 4, seed=1), numbers(LANES, 2, seed=2)
    with torch.no_grad():
        weight[1] = float("nan")

    output = function(inputs, weight, bias, stride=2, padding=1, grouped=grouped)
    slopes = autograd.grad(output.sum(), (inputs, weight, bias))

    assert output[1].isnan().all()
    for each in (output, *slopes):
        assert each[[0, 2]].isfinite().all()


def test_groups_are_for_devices_that_launch_kernels() -> None:
    assert takes_groups(torch.empty(1)) is False
    assert takes_groups(torch.empty(1, device="meta")) is True


def test_parameters_of_a_convolution() -> None:
    layer = Convolution(name="first", in_channels=2, out_channels=5, kernel_size=4, stride=2, padding=1)
    weight, bias = layer.parameters

    assert (weight.name, weight.shape, weight.fan_in, weight.is_bias) == ("first.weight", (5, 2, 4, 4), 32, False)
    assert (bias.name, bias.shape, bias.fan_in, bias.is_bias) == ("first.bias", (5,), 32, True)


def test_parameters_of_a_transposed_convolution() -> None:
    layer = TransposedConvolution(name="last", in_channels=6, out_channels=5, kernel_size=4, stride=2, has_bias=False)
    (weight,) = layer.parameters

    assert (weight.name, weight.shape, weight.fan_in, weight.is_bias) == ("last.weight", (6, 5, 4, 4), 24, False)


@pytest.mark.parametrize("kind", [Convolution, TransposedConvolution])
def test_the_fan_in_is_what_keeps_the_size_of_numbers(kind: Any) -> None:
    layer = kind(name="one", in_channels=16, out_channels=16, kernel_size=4, stride=2, padding=1, has_bias=False)
    (weight,) = layer.parameters
    values = {"one.weight": numbers(1, *weight.shape, seed=1) / weight.fan_in**0.5}

    output = layer(values, numbers(1, 8, 16, 32, 32), None)[..., 1:-1, 1:-1]

    torch.testing.assert_close(output.std(), torch.tensor(1.0).double(), rtol=0.05, atol=0)


@pytest.mark.parametrize("has_bias", [True, False])
def test_layers_apply_their_parameters(has_bias: bool) -> None:
    inputs, bias = numbers(LANES, BATCH, INPUTS, 6, 6), numbers(LANES, OUTPUTS, seed=2)
    down = Convolution(
        name="one", in_channels=INPUTS, out_channels=OUTPUTS, kernel_size=KERNEL, stride=2, padding=1, has_bias=has_bias
    )
    up = TransposedConvolution(
        name="one",
        in_channels=INPUTS,
        out_channels=OUTPUTS,
        kernel_size=KERNEL,
        stride=2,
        padding=1,
        output_padding=1,
        has_bias=has_bias,
    )
    cases: list[tuple[Any, Lanewise, dict[str, int]]] = [
        (down, convolution, {}),
        (up, transposed_convolution, {"output_padding": 1}),
    ]
    for layer, function, more in cases:
        weight = numbers(LANES, *layer.parameters[0].shape, seed=1)
        values = {"one.weight": weight} | ({"one.bias": bias} if has_bias else {})
        expected = function(inputs, weight, bias if has_bias else None, stride=2, padding=1, **more)
        assert torch.equal(layer(values, inputs, None), expected)
        assert [parameter.name for parameter in layer.parameters] == list(values)
