"""Up-sampling and pools against torch and arithmetic, with two derivatives, lane by lane."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, autograd, nn

from gansearch.gan import Module
from gansearch.gan.pooling import GlobalMean, Upsample, upsample
from gansearch.gan.resampling import AveragePool, average_pool
from gansearch.testing.seeded import seeded_normal

SEEDS = (3, 4, 5)
IMAGES = seeded_normal("images", SEEDS, (4, 2, 4, 6))
LAYERS = [AveragePool(), Upsample(), GlobalMean()]


def test_a_pixel_of_a_pool_is_the_mean_of_four() -> None:
    image = torch.arange(16.0).reshape(1, 1, 1, 4, 4)

    assert average_pool(image)[0, 0, 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]


def test_up_sampling_repeats_every_pixel() -> None:
    image = torch.tensor([[1.0, 2.0], [3.0, 4.0]])[None, None, None]

    assert upsample(image)[0, 0, 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    assert torch.equal(average_pool(upsample(IMAGES)), IMAGES)


def test_the_mean_over_pixels() -> None:
    torch.testing.assert_close(GlobalMean()({}, IMAGES, None), IMAGES.flatten(3).sum(3) / 24, rtol=0, atol=1e-14)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_a_lane_is_as_it_is_alone_and_a_nan_stays_in_its_sample(layer: Module) -> None:
    broken = IMAGES.clone()
    broken[1, 2, 0, 0, 0] = torch.nan
    together = layer({}, IMAGES, None)

    for lane in range(len(SEEDS)):
        assert torch.equal(layer({}, IMAGES[lane : lane + 1], None)[0], together[lane])
    is_nan = layer({}, broken, None).isnan().flatten(2).any(2)
    assert is_nan.nonzero().tolist() == [[1, 2]]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_two_derivatives(layer: Module) -> None:
    def function(images: Tensor) -> Tensor:
        return layer({}, images, None).pow(3)

    inputs = IMAGES[:2, :1].clone().requires_grad_()
    assert autograd.gradcheck(function, inputs)
    assert autograd.gradgradcheck(function, inputs)


@pytest.mark.parametrize("layer", [AveragePool(), Upsample()], ids=lambda layer: type(layer).__name__)
def test_the_layer_of_torch(layer: AveragePool | Upsample) -> None:
    (plain,) = layer.plain_layers()
    module = eval(plain.code, {"nn": nn})

    assert torch.equal(module(IMAGES[0]), layer({}, IMAGES, None)[0])
