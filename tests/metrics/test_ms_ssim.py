from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

from gansearch.errors import DataError
from gansearch.metrics import Measured
from gansearch.metrics.ms_ssim import WEIGHTS, MsSsim, scales, similarity
from gansearch.testing.measured import normal


def blobs(seed: int, number: int, channels: int, side: int) -> Tensor:
    """Smooth images in [0, 1] that share some of their structure."""
    coarse = normal(seed, number, channels * 25).view(number, channels, 5, 5) + normal(99, 1, 25).view(1, 1, 5, 5)
    return torch.nn.functional.interpolate(coarse, side, mode="bicubic").sigmoid().double()


def mean_similarity(images: Tensor) -> float:
    """Of images in [-1, 1]."""
    fake = Measured(images, images.flatten(1), None)
    return MsSsim().value(real=fake, fake=fake)


@pytest.mark.parametrize(
    ("side", "number"),
    [(11, 1), (20, 1), (21, 2), (28, 2), (32, 2), (40, 2), (41, 3), (64, 3), (81, 4), (160, 4), (161, 5), (512, 5)],
)
def test_scales(side: int, number: int) -> None:
    assert scales(side) == number


@pytest.mark.parametrize(("side", "channels"), [(28, 1), (32, 3), (64, 1), (104, 1), (176, 1)])
def test_agrees_with_torchmetrics(side: int, channels: int) -> None:
    number = 6 if side < 100 else 2
    images, others = blobs(0, number, channels, side), blobs(1, number, channels, side)
    weights = WEIGHTS[: scales(side)]
    betas = tuple(weight / sum(weights) for weight in weights)
    theirs = multiscale_structural_similarity_index_measure(
        images, others, reduction="none", data_range=1.0, betas=betas, normalize="relu"
    )
    torch.testing.assert_close(similarity(images, others), theirs, rtol=1e-4, atol=1e-9)
    assert theirs.max() > 0.3


def test_negative_terms_count_as_zero() -> None:
    """Noise is as often against as with: as torchmetrics has it with ``relu``."""
    images, others = (normal(seed, 20, 784).view(20, 1, 28, 28).sigmoid().double() for seed in (2, 3))
    betas = (WEIGHTS[0] / sum(WEIGHTS[:2]), WEIGHTS[1] / sum(WEIGHTS[:2]))
    theirs = multiscale_structural_similarity_index_measure(
        images, others, reduction="none", data_range=1.0, betas=betas, normalize="relu"
    )
    torch.testing.assert_close(similarity(images, others), theirs, rtol=1e-4, atol=1e-9)
    assert (theirs == 0).any()


def test_flat_images_differ_in_luminance_alone() -> None:
    """``((2 a b + c) / (a^2 + b^2 + c))^w`` with the weight of the coarser of two scales."""
    dark, light = torch.full((1, 1, 28, 28), 0.25).double(), torch.full((1, 1, 28, 28), 0.75).double()
    luminance = (2 * 0.25 * 0.75 + 1e-4) / (0.25**2 + 0.75**2 + 1e-4)
    expected = luminance ** (WEIGHTS[1] / (WEIGHTS[0] + WEIGHTS[1]))
    assert similarity(dark, light).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("side", [11, 28, 45])
def test_equal_images_are_at_one(side: int) -> None:
    assert mean_similarity(blobs(4, 1, 1, side).expand(9, -1, -1, -1) * 2 - 1) == pytest.approx(1, abs=1e-12)


def test_two_images_make_one_pair() -> None:
    images = blobs(5, 2, 1, 28)
    assert mean_similarity(images * 2 - 1) == pytest.approx(similarity(images[:1], images[1:]).item(), rel=1e-6)


def test_half_of_each_of_two_images() -> None:
    """Half of the pairs are of one image: the mean is (1 + s) / 2 on average, whatever keys they are sorted by."""
    images = blobs(6, 2, 1, 28)
    expected = (1 + similarity(images[:1], images[1:]).item()) / 2
    assert mean_similarity(images.repeat(500, 1, 1, 1) * 2 - 1) == pytest.approx(expected, abs=0.05)


def test_the_order_of_samples_does_not_matter() -> None:
    images = blobs(7, 101, 1, 28) * 2 - 1
    shuffled = images[torch.randperm(101, generator=torch.Generator().manual_seed(0))]
    assert mean_similarity(images) == pytest.approx(mean_similarity(shuffled), abs=1e-12)
    assert mean_similarity(images) != mean_similarity(images[:100])


@pytest.mark.parametrize(
    ("shape", "missing"),
    [((2,), "images"), ((1, 10, 28), "images of at least 11 pixels a side"), ((1, 11, 28), None)],
)
def test_what_is_no_image_of_the_window_is_refused(shape: tuple[int, ...], missing: str | None) -> None:
    assert MsSsim.missing(Measured(None, torch.zeros(4, 2), None), shape) == missing


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(DataError, match="ms_ssim needs at least 2 samples; got 1 generated ones"):
        mean_similarity(blobs(9, 1, 1, 28))
