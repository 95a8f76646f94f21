"""Leaky rectifiers with a slope of its own in every lane: the bits of torch's function of one slope."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, autograd

from gansearch.gan.activations import ACTIVATIONS
from gansearch.gan.layers import Elementwise
from gansearch.gan.leaky_relu import LeakyRelu, activation_layer, leaky_relu_by_lane
from gansearch.testing.seeded import seeded_normal

SLOPES = (0.01, 0.2, 0.3)


def inputs(lanes: int, dtype: torch.dtype) -> Tensor:
    numbers = seeded_normal("inputs", range(lanes), (5, 7)).to(dtype)
    numbers[:, 0, :3] = torch.tensor([0.0, -0.0, -1e-30], dtype=dtype)
    return numbers.requires_grad_()


def derivatives(output: Tensor, at: Tensor) -> list[Tensor]:
    """Output, slope, and the slope of a penalty on it."""
    (slope,) = autograd.grad((output**3).sum(), at, create_graph=True)
    return [output, slope, autograd.grad(slope.square().sum(), at)[0]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("lanes", [1, 3])
def test_a_lane_has_the_bits_of_one_slope(dtype: torch.dtype, lanes: int) -> None:
    at, slopes = inputs(lanes, dtype), torch.tensor(SLOPES[:lanes], dtype=torch.promote_types(dtype, torch.float32))

    got = derivatives(leaky_relu_by_lane(at, slopes), at)

    for lane in range(lanes):
        alone = at[lane].detach().requires_grad_()
        expected = derivatives(F.leaky_relu(alone, slopes[lane].item()), alone)
        for ours, theirs in zip(got, expected, strict=True):
            assert ours.dtype == dtype
            assert torch.equal(ours[lane], theirs)


def test_a_nan_stays_in_its_lane() -> None:
    at = inputs(3, torch.float64).detach()
    at[1] = float("nan")
    at.requires_grad_()

    got = derivatives(leaky_relu_by_lane(at, torch.tensor(SLOPES).double()), at)

    assert all(each[1].isnan().all() and each[[0, 2]].isfinite().all() for each in got)


def test_lanes_that_do_not_differ_have_torchs_function() -> None:
    same = activation_layer("leaky_relu", torch.full((3,), 0.1, dtype=torch.float64))

    assert isinstance(same, Elementwise)
    assert same.function(torch.tensor(-1.0).double()).item() == pytest.approx(-0.1, abs=1e-15)
    assert isinstance(activation_layer("leaky_relu", torch.tensor(SLOPES)), LeakyRelu)
    assert activation_layer("relu", torch.tensor(SLOPES)) == Elementwise(F.relu)
    for ordinary in (0.2, torch.full((3,), 0.2, dtype=torch.float64), torch.empty(3, device="meta")):
        assert activation_layer("leaky_relu", ordinary) == Elementwise(ACTIVATIONS["leaky_relu"])


def test_in_single_precision_a_slope_from_a_pack_gives_the_bits_of_the_number() -> None:
    at = inputs(3, torch.float32).detach()

    packed = activation_layer("leaky_relu", torch.full((3,), 0.2))({}, at, None)

    assert torch.equal(packed, F.leaky_relu(at, 0.2))


def test_both_forms_are_plain() -> None:
    layers = [activation_layer("leaky_relu", 0.25), LeakyRelu(torch.tensor([0.25]))]

    assert [layer.plain_layers()[0].code for layer in layers] == ["nn.LeakyReLU(0.25)"] * 2  # type: ignore[attr-defined]
