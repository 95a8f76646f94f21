from __future__ import annotations

import pytest
import torch

from gansearch.data import scaled
from gansearch.data._sample_arrays import as_bytes, as_points, as_unit, check_shape
from gansearch.errors import DataError

BYTES = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)


def ramp(low: float, high: float, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.linspace(low, high, 64, dtype=dtype).reshape(4, 1, 4, 4)


def test_bytes_and_their_scaled_values_are_the_same_images() -> None:
    assert torch.equal(as_unit(BYTES, "x"), scaled(BYTES))
    assert torch.equal(as_bytes(scaled(BYTES), "x"), BYTES)
    assert as_bytes(BYTES, "x") is BYTES


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_real_numbers_of_every_width_are_taken(dtype: torch.dtype) -> None:
    images = ramp(-1, 1, dtype)
    assert torch.equal(as_unit(images, "x"), images.float())
    assert as_bytes(images, "x").flatten()[[0, -1]].tolist() == [0, 255]


def test_a_little_outside_is_set_to_the_end() -> None:
    images = ramp(-1.0009, 1.0009)
    assert as_unit(images, "x").flatten()[[0, -1]].tolist() == [-1, 1]
    assert as_bytes(images, "x").flatten()[[0, -1]].tolist() == [0, 255]


def test_rounding_is_to_the_nearest_byte() -> None:
    images = as_bytes(ramp(-0.9, 0.7), "x")
    assert float((scaled(images) - ramp(-0.9, 0.7)).abs().max()) <= 1 / 255 + 1e-6


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (
            ramp(0, 1),
            r"x must hold images .*; got real numbers in \[0, 1\]\. In \[0, 1\]\? Multiply by 2 and subtract 1",
        ),
        (ramp(0.25, 0.5), r"got real numbers in \[0\.25, 0\.5\]\. In \[0, 1\]\?"),
        (ramp(0, 255), r"got real numbers in \[0, 255\]\. 0\.\.255\? Save them as uint8"),
        (ramp(-1.002, 1), r"got real numbers in \[-1\.002, 1\]\. Scale them"),
        (ramp(-3, 3), r"uint8 in 0\.\.255 or as real numbers in \[-1, 1\]; got real numbers in \[-3, 3\]\. Scale them"),
        (BYTES.long(), r"got int64\. Save bytes as uint8"),
    ],
)
def test_other_ranges_are_told(images: torch.Tensor, message: str) -> None:
    for convert in (as_unit, as_bytes):
        with pytest.raises(DataError, match=message):
            convert(images, "x")


def test_one_grey_everywhere_is_no_sign_of_another_range() -> None:
    assert as_unit(torch.full((2, 1, 4, 4), 0.5), "x").flatten().tolist() == [0.5] * 32


def test_points_are_kept_as_they_are() -> None:
    points = torch.tensor([[0.0, 1e6], [-3.0, 2.0]], dtype=torch.float64)
    assert torch.equal(as_points(points, "x"), points.float())
    with pytest.raises(DataError, match=r"points as real numbers; got int64\. Save them as float32"):
        as_points(torch.zeros(3, 2, dtype=torch.int64), "x")
    with pytest.raises(DataError, match=r"must hold numbers of float32; got 1e\+300\. Scale them"):
        as_points(points.mul(1e300).clamp(-1, 1e300), "x")


@pytest.mark.parametrize(
    ("got", "shape", "message"),
    [
        (
            (9, 3, 32, 32),
            (1, 28, 28),
            r"\[N, 1, 28, 28\] .*\(shape: 1x28x28\); got \[9, 3, 32, 32\], which is shape: 3x32x32",
        ),
        ((9, 32, 32, 3), (3, 32, 32), r"channels come last: move the axis with numpy\.moveaxis\(x, -1, 1\)$"),
        ((9, 64, 32, 3), (1, 28, 28), r"channels come last: .*, which gives shape: 3x64x32"),
        ((9, 28, 28), (1, 28, 28), r"got \[9, 28, 28\], which lacks the axis of the channel: add it with x\[:, None\]"),
        ((9, 5), (2,), r"\[N, 2\] with at least one sample \(shape: 2\); got \[9, 5\], which is shape: 5"),
        ((0, 2), (2,), r"at least one sample .*; got \[0, 2\]$"),
        ((), (2,), r"got \[\]$"),
        ((9, 2, 2), (2,), r"got \[9, 2, 2\]$"),
    ],
)
def test_another_shape_is_told_as_it_is_written(got: tuple[int, ...], shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(DataError, match=f"x must hold an array .*{message}"):
        check_shape(torch.zeros(got), shape, "x")


def test_the_right_shape_is_taken() -> None:
    check_shape(torch.zeros(1, 3, 8, 8), (3, 8, 8), "x")
