"""Resampling: permutations, pools and their gradients, checkerboards of transposed convolutions, and their cure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, autograd, nn

from gansearch.gan.convolution import Convolution, TransposedConvolution
from gansearch.gan.resampling import AveragePool, Crop, MaxPool, PixelShuffle, average_pool, max_pool, pixel_shuffle
from gansearch.testing.seeded import seeded_normal

BATCH = 3


def images(lanes: int, *shape: int) -> Tensor:
    return seeded_normal("images", range(lanes), (BATCH, *shape))


@pytest.mark.parametrize("lanes", [1, 3])
def test_pixel_shuffle_is_an_exact_permutation(lanes: int) -> None:
    inputs = images(lanes, 8, 3, 5).requires_grad_()

    outputs = PixelShuffle()({}, inputs, None)
    (slope,) = autograd.grad((outputs * torch.arange(outputs.numel()).view_as(outputs)).sum(), inputs)

    assert outputs.shape == (lanes, BATCH, 2, 6, 10)
    for ours, theirs in zip(outputs, inputs, strict=True):
        assert torch.equal(ours, nn.PixelShuffle(2)(theirs))
        assert torch.equal(ours.flatten().sort().values, theirs.flatten().sort().values)
        assert torch.equal(nn.PixelUnshuffle(2)(ours), theirs)
    assert torch.equal(slope.flatten().sort().values, torch.arange(outputs.numel()).double())


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize(("pool", "share"), [(max_pool, 0.25), (average_pool, 1.0)])
def test_share_of_inputs_that_get_a_gradient(pool: Callable[[Tensor], Tensor], share: float, lanes: int) -> None:
    inputs = images(lanes, 4, 8, 6).requires_grad_()

    (slope,) = autograd.grad(pool(inputs).sum(), inputs)

    assert (slope != 0).double().mean((1, 2, 3, 4)).tolist() == pytest.approx([share] * lanes, abs=1e-15)
    assert slope.sum().item() == pytest.approx(inputs.numel() / 4, rel=1e-12)


@pytest.mark.parametrize("sides", [(8, 6), (7, 3), (1, 1), (1, 4)])
@pytest.mark.parametrize(
    ("layer", "oracle"),
    [(AveragePool(), nn.AvgPool2d(2, ceil_mode=True)), (MaxPool(), nn.MaxPool2d(2, ceil_mode=True))],
)
def test_each_lane_is_torchs_own_pool_in_two_derivatives(
    layer: AveragePool | MaxPool, oracle: nn.Module, sides: tuple[int, int]
) -> None:
    inputs = images(3, 2, *sides).requires_grad_()

    def derivatives(outputs: Tensor, at: Tensor) -> list[Tensor]:
        (first,) = autograd.grad((outputs**3).sum(), at, create_graph=True)
        return [outputs, first, autograd.grad(first.square().sum(), at)[0]]

    got = derivatives(layer({}, inputs, None), inputs)

    assert got[0].shape[-2:] == (-(-sides[0] // 2), -(-sides[1] // 2))
    for lane in range(3):
        alone = inputs[lane].detach().requires_grad_()
        for ours, theirs in zip(got, derivatives(oracle(alone), alone), strict=True):
            torch.testing.assert_close(ours[lane], theirs, rtol=1e-12, atol=1e-12)


def test_a_nan_stays_in_its_lane() -> None:
    inputs = images(3, 4, 8, 6)
    inputs[1] = float("nan")

    for function in (pixel_shuffle, average_pool, max_pool):
        assert function(inputs)[[0, 2]].isfinite().all()


def test_a_crop_keeps_the_centre() -> None:
    inputs = torch.arange(48.0).view(1, 1, 1, 6, 8)

    assert torch.equal(Crop(2, 4)({}, inputs, None), inputs[..., 2:4, 2:6])
    assert torch.equal(Crop(5, 8)({}, inputs, None), inputs[..., :5, :])
    assert torch.equal(Crop(6, 8)({}, inputs, None), inputs)


def doubled(kernel: int, weight: Tensor, inputs: Tensor) -> Tensor:
    """What a transposed convolution of DCGAN makes of images."""
    layer = TransposedConvolution(
        name="up",
        in_channels=inputs.shape[2],
        out_channels=weight.shape[2],
        kernel_size=kernel,
        stride=2,
        padding=(kernel - 1) // 2,
        output_padding=kernel % 2,
        has_bias=False,
    )
    return layer({"up.weight": weight}, inputs, None)


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize(("kernel", "window"), [(3, [[1, 2], [2, 4]]), (4, [[4, 4], [4, 4]]), (5, [[9, 6], [6, 4]])])
def test_a_constant_input_shows_the_checkerboard(kernel: int, window: list[list[int]], lanes: int) -> None:
    inputs = torch.ones(lanes, 1, 1, 8, 8, dtype=torch.float64)

    outputs = doubled(kernel, torch.ones(lanes, 1, 1, kernel, kernel, dtype=torch.float64), inputs)

    assert outputs.shape == (lanes, 1, 1, 16, 16)
    inside = outputs[..., 4:12, 4:12]
    expected = torch.tensor(window).double().repeat(4, 4).expand_as(inside)
    torch.testing.assert_close(inside, expected, rtol=0, atol=1e-12)


def nyquist(power: Tensor) -> float:
    """Of a periodic map of energies, what alternates from one pixel to the next along a row, as a share of the mean."""
    signs = 1 - 2 * (torch.arange(power.shape[-1]) % 2)
    return ((power * signs).mean() / power.mean()).abs().item()


def test_a_post_convolution_lowers_the_nyquist_energy() -> None:
    """Over random weights and images the energy of a pixel is the count of weights that reach it.

    Along a row that is 3, 2, 3, 2, ... behind windows of 5: it alternates by 1 / 5. Three such neighbours together have
    7 or 8: by 1 / 15.
    """
    lanes, channels = 4000, 4
    inputs = seeded_normal("images", (0,), (lanes, 1, channels, 8, 8))[0]
    weight = seeded_normal("weight", (0,), (lanes, channels, channels, 5, 5))[0]
    post = Convolution(
        name="post", in_channels=channels, out_channels=channels, kernel_size=3, padding=1, has_bias=False
    )

    bare = doubled(5, weight, inputs)
    cured = post({"post.weight": seeded_normal("post", (0,), (lanes, channels, channels, 3, 3))[0]}, bare, None)
    before, after = (nyquist(each[..., 4:12, 4:12].square().mean((0, 1, 2))) for each in (bare, cured))

    assert before == pytest.approx(1 / 5, abs=0.01)
    assert after == pytest.approx(1 / 15, abs=0.01)


def test_a_post_convolution_can_take_the_checkerboard_out_whole() -> None:
    bare = doubled(5, torch.ones(1, 1, 1, 5, 5).double(), torch.ones(1, 1, 1, 8, 8).double())
    smoothing = torch.tensor([1.0, 2.0, 1.0]).double()

    cured = F.conv2d(bare[0], (smoothing[:, None] * smoothing / 16)[None, None], padding=1)

    inside = cured[..., 4:12, 4:12]
    assert nyquist(bare[..., 4:12, 4:12]) == pytest.approx(1 / 5, abs=1e-12)
    torch.testing.assert_close(inside, torch.full_like(inside, 25 / 4), rtol=0, atol=1e-12)
