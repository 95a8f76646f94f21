from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor

from gansearch.metrics.warp import Warp


def dots(count: int = 200, row: int = 5, column: int = 5) -> Tensor:
    images = torch.zeros(count, 1, 11, 11)
    images[:, :, row, column] = 1
    return images


def draws() -> Generator:
    return Generator().manual_seed(0)


def across(images: Tensor) -> Tensor:
    """Where the brightness of each image lies, in columns."""
    return (images.sum((1, 2)) * torch.arange(images.shape[3])).sum(1) / images.sum((1, 2, 3))


@pytest.mark.parametrize("warp", [Warp(), Warp(stretch=1e-9, shear=1e-9)])
def test_without_bounds_images_stay_as_they_are(warp: Warp) -> None:
    images = torch.rand(3, 1, 6, 6, generator=draws())
    torch.testing.assert_close(warp(images, draws()), images, rtol=0, atol=1e-5)


def test_shifts_stay_within_their_bounds() -> None:
    moved = Warp(shift=2.0)(dots(), draws())
    assert 1.5 < (across(moved) - 5).abs().max().item() <= 2.0 + 1e-4


def test_stretches_move_what_is_off_the_centre() -> None:
    wide = torch.ones(200, 1, 11, 11)
    wide[..., :3] = -1
    sums = Warp(stretch=0.2)(wide, draws()).sum((1, 2, 3))
    assert sums.min() < wide[0].sum() - 5
    assert sums.max() > wide[0].sum() + 5
    centre = Warp(stretch=0.2)(dots(), draws())
    torch.testing.assert_close(across(centre), torch.full((200,), 5.0), rtol=0, atol=1e-4)


def test_shears_move_upper_and_lower_ends_apart() -> None:
    column = torch.zeros(200, 1, 11, 11)
    column[..., 5] = 1
    sheared = Warp(shear=0.3)(column, draws())
    upper, lower = across(sheared[:, :, 1:2]) - 5, across(sheared[:, :, 9:10]) - 5
    torch.testing.assert_close(upper, -lower, rtol=0, atol=1e-3)
    assert 1.0 < upper.abs().max().item() <= 0.3 * 4 + 1e-3
