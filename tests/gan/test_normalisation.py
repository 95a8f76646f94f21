"""Normalisations: torch's own layers with equal numbers, lane by lane, and in their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, autograd, nn

from gansearch.errors import TrainingError
from gansearch.gan.normalisation import EPSILON, NORMALISATIONS, Normalisation, batch_norm, instance_norm, layer_norm

LANES, BATCH, CHANNELS = 3, 5, 4
VECTORS = (LANES, BATCH, CHANNELS)
IMAGES = (LANES, BATCH, CHANNELS, 3, 2)
Leaves = tuple[Tensor, Tensor, Tensor]


def numbers(*shape: int, seed: int = 0) -> Tensor:
    stream = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=stream).requires_grad_()


def leaves(shape: tuple[int, ...]) -> Leaves:
    lanes, _, channels = shape[:3]
    return numbers(*shape), numbers(lanes, channels, seed=1), numbers(lanes, channels, seed=2)


def derivatives(apply: Callable[..., Tensor], inputs: Tensor, *rest: Tensor) -> list[Tensor]:
    """Output, first derivatives of a sum of powers, and those of the squares of the slope at the input."""
    output = apply(inputs, *rest)
    first = autograd.grad((output**3).sum(), (inputs, *rest), create_graph=True)
    second = autograd.grad(first[0].square().sum(), (inputs, *rest))
    return [output, *first, *second]


def of_a_layer(layer: nn.Module, expand: tuple[int, ...]) -> Callable[..., Tensor]:
    """torch's own layer as a function; ``expand`` is the shape of its parameters beyond one a channel."""

    def apply(inputs: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        wide = {
            name: value.view(-1, *[1] * len(expand)).expand(-1, *expand)
            for name, value in (("weight", scale), ("bias", shift))
        }
        output: Tensor = torch.func.functional_call(layer.double(), wide, inputs)
        return output

    return apply


ORACLES: list[tuple[Any, tuple[int, ...], nn.Module, tuple[int, ...]]] = [
    (batch_norm, VECTORS, nn.BatchNorm1d(CHANNELS, track_running_stats=False), ()),
    (batch_norm, IMAGES, nn.BatchNorm2d(CHANNELS, track_running_stats=False), ()),
    (instance_norm, IMAGES, nn.InstanceNorm2d(CHANNELS, affine=True), ()),
    (layer_norm, VECTORS, nn.LayerNorm(CHANNELS), ()),
    (layer_norm, IMAGES, nn.LayerNorm([CHANNELS, 3, 2]), (3, 2)),
    (layer_norm, IMAGES, nn.GroupNorm(1, CHANNELS), ()),
]


@pytest.mark.parametrize(("function", "shape", "oracle", "expand"), ORACLES)
@pytest.mark.parametrize("lanes", [1, LANES])
def test_each_lane_is_torchs_own_layer(
    function: Any, shape: tuple[int, ...], oracle: nn.Module, expand: tuple[int, ...], lanes: int
) -> None:
    ours = leaves((lanes, *shape[1:]))

    got = derivatives(function, *ours)

    for lane in range(lanes):
        theirs = (leaf[lane].detach().requires_grad_() for leaf in ours)
        for one, other in zip(got, derivatives(of_a_layer(oracle, expand), *theirs), strict=True):
            torch.testing.assert_close(one[lane], other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("function", "shape"), [each[:2] for each in ORACLES[:5]])
def test_a_lane_is_as_it_is_alone(function: Any, shape: tuple[int, ...]) -> None:
    together = leaves((8, *shape[1:]))

    got = derivatives(function, *together)

    for lane in range(8):
        alone = derivatives(function, *(leaf[lane : lane + 1].detach().requires_grad_() for leaf in together))
        for ours, theirs in zip(got, alone, strict=True):
            torch.testing.assert_close(ours[lane], theirs[0], rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(("function", "shape"), [each[:2] for each in ORACLES[:5]])
def test_single_precision_stays_single(function: Any, shape: tuple[int, ...]) -> None:
    inputs, scale, shift = leaves(shape)

    output = function(inputs.float(), scale.float(), shift.float())

    assert output.dtype == torch.float32
    torch.testing.assert_close(output.double(), function(inputs, scale, shift), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("function", "shape"), [each[:2] for each in ORACLES[:5]])
def test_statistics_keep_the_parameters_format(function: Any, shape: tuple[int, ...]) -> None:
    inputs, scale, shift = leaves(shape)
    rounded = (100 + inputs).bfloat16()

    output = function(rounded, scale.float(), shift.float())

    torch.testing.assert_close(output, function(rounded.float(), scale.float(), shift.float()), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("function", "shape", "dims"),
    [
        (batch_norm, VECTORS, (1,)),
        (batch_norm, IMAGES, (1, 3, 4)),
        (instance_norm, IMAGES, (3, 4)),
        (layer_norm, VECTORS, (2,)),
        (layer_norm, IMAGES, (2, 3, 4)),
    ],
)
def test_mean_and_variance_become_those_of_shift_and_scale(
    function: Any, shape: tuple[int, ...], dims: tuple[int, ...]
) -> None:
    inputs = 3 * numbers(*shape).detach() + 7
    scale, shift = torch.full(shape[:1] + shape[2:3], 2.0).double(), torch.full(shape[:1] + shape[2:3], -1.0).double()

    output = function(inputs, scale, shift)

    variance = inputs.var(dims, correction=0)
    torch.testing.assert_close(output.mean(dims), torch.full_like(output.mean(dims), -1.0), rtol=0, atol=1e-12)
    torch.testing.assert_close(output.var(dims, correction=0), 4 * variance / (variance + EPSILON), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("function", "couples"), [(batch_norm, True), (instance_norm, False), (layer_norm, False)])
def test_only_batch_normalisation_couples_the_batch(function: Any, couples: bool) -> None:
    inputs, scale, shift = (leaf.detach() for leaf in leaves(IMAGES))
    changed = inputs.clone()
    changed[:, 0] *= -1

    same = torch.equal(function(inputs, scale, shift)[:, 1:], function(changed, scale, shift)[:, 1:])

    assert same is not couples


@pytest.mark.parametrize("name", sorted(NORMALISATIONS))
def test_a_nan_stays_in_its_lane(name: str) -> None:
    inputs, scale, shift = leaves(IMAGES)
    with torch.no_grad():
        inputs[1] = float("nan")

    output = NORMALISATIONS[name](inputs, scale, shift)
    slopes = autograd.grad(output.sum(), (inputs, scale, shift))

    assert output[1].isnan().all()
    for each in (output, *slopes):
        assert each[[0, 2]].isfinite().all()


@pytest.mark.parametrize("shape", [VECTORS, (LANES, BATCH, CHANNELS, 1, 1)])
def test_instance_normalisation_needs_pixels(shape: tuple[int, ...]) -> None:
    with pytest.raises(
        TrainingError, match=r"more than one pixel in each channel of a sample; got samples of shape \(4"
    ):
        instance_norm(*leaves(shape))


def test_a_layer_says_its_parameters_and_applies_them() -> None:
    layer = Normalisation("norm.0", layer_norm, CHANNELS)
    scale, shift = layer.parameters
    inputs, ours, theirs = leaves(IMAGES)

    assert (scale.name, scale.shape, scale.is_scale, scale.is_shift) == ("norm.0.scale", (CHANNELS,), True, False)
    assert (shift.name, shift.shape, shift.is_scale, shift.is_shift) == ("norm.0.shift", (CHANNELS,), False, True)
    output = layer({"norm.0.scale": ours, "norm.0.shift": theirs}, inputs, None)
    assert torch.equal(output, layer_norm(inputs, ours, theirs))
