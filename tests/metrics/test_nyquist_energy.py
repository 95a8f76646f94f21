from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from gansearch.metrics._base import Measured
from gansearch.metrics.nyquist_energy import NyquistEnergy
from gansearch.metrics.pixels import PixelsExtractor


def images(seed: int, n: int = 6, shape: tuple[int, int, int] = (2, 8, 6)) -> Tensor:
    return torch.randn(n, *shape, generator=torch.Generator().manual_seed(seed))


def measured(samples: Tensor) -> Measured:
    return PixelsExtractor()(samples)


def by_fourier(samples: Tensor) -> float:
    """The share of energy at the Nyquist frequencies, by numpy's transform."""
    pixels = ((samples + 1) / 2).double().numpy()
    power = np.abs(np.fft.fft2(pixels)) ** 2
    down, along = (side // 2 for side in pixels.shape[2:])
    total = power.sum() - power[..., 0, 0].sum()
    return float((power[..., down, along] + power[..., down, 0] + power[..., 0, along]).sum() / total)


def test_equals_what_a_fourier_transform_says() -> None:
    real, fake = images(0), images(1) + 0.3 * (-1.0) ** torch.arange(6)
    value = NyquistEnergy().measure(real=measured(real), fake=measured(fake))
    assert value == pytest.approx(by_fourier(fake) / by_fourier(real), rel=1e-6)


def test_real_images_have_as_much_as_themselves() -> None:
    real = measured(images(2))
    assert NyquistEnergy().measure(real=real, fake=real) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize("columns", [False, True])
def test_noise_with_a_checkerboard_has_what_was_added(rows: bool, columns: bool) -> None:
    real = images(3, n=200, shape=(1, 8, 8))
    down, along = (-1.0) ** torch.arange(8), (-1.0) ** torch.arange(8)
    pattern = torch.outer(down if rows else down.abs(), along if columns else along.abs())
    fake = real + 2.0 * pattern
    value = NyquistEnergy().measure(real=measured(real), fake=measured(fake))
    # White noise of variance 1 has 3 of its 63 frequencies there; the pattern adds 4 per pixel, a mean adds nothing.
    expected = (3 / 63 + 4 * 64 / 63) / (1 + 4 * 64 / 63) / (3 / 63) if rows or columns else 1.0
    assert value == pytest.approx(expected, rel=0.08)


def test_blurred_images_have_none() -> None:
    real = images(4)
    fake = torch.nn.functional.avg_pool2d(images(5, shape=(2, 16, 12)), 2)
    smooth = torch.nn.functional.interpolate(fake, scale_factor=1.0, mode="nearest")
    smooth = (smooth + smooth.roll(1, 2)) / 2
    smooth = (smooth + smooth.roll(1, 3)) / 2
    assert NyquistEnergy().measure(real=measured(real), fake=measured(smooth)) == pytest.approx(0.0, abs=1e-9)


def test_cannot_be_told_against_flat_images() -> None:
    flat = torch.zeros(4, 1, 8, 8)
    assert math.isnan(NyquistEnergy().measure(real=measured(flat), fake=measured(images(6, shape=(1, 8, 8)))))


def test_the_scale_of_the_pixels_does_not_matter() -> None:
    """Real images come as pixels in [0, 1] without the samples, generated ones in [-1, 1]."""
    real, fake = measured(images(7)), measured(images(8))
    expected = NyquistEnergy().measure(real=real, fake=fake)
    value = NyquistEnergy().measure(real=Measured(None, real.features, None), fake=fake)
    assert value == pytest.approx(expected, rel=1e-5)
