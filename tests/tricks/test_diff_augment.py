"""The list of ten in the table of tricks: color, translation by 1/8, a cut of 1/2."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gansearch.testing.lanes import FakeLanes
from gansearch.tricks import Role
from gansearch.tricks._augmentation import cut_out, recoloured, translated
from gansearch.tricks.diff_augment import DiffAugment

ROLES: tuple[Role, ...] = ("real", "fake", "generator")


def images(channels: int = 1, side: int = 8, count: int = 16) -> Tensor:
    return FakeLanes(seeds=(0,), shape=(channels, side, side)).samples("real", count)


def uniform(*numbers: float) -> Tensor:
    """One sample's numbers."""
    return torch.tensor([[numbers]], dtype=torch.float64)


@pytest.mark.parametrize(("u", "step"), [(0.0, -1), (0.4, 0), (0.99, 1)])
def test_an_eighth_of_eight_pixels_is_one_either_way(u: float, step: int) -> None:
    one = images(count=1)
    got = translated(one, 1 / 8, uniform(u, 0.5))[0, 0, 0]
    expected = torch.zeros(8, 8, dtype=torch.float64)
    kept = slice(max(step, 0), 8 + min(step, 0))
    expected[kept] = one[0, 0, 0, max(-step, 0) : 8 - max(step, 0)]
    assert torch.equal(got, expected)


def test_rows_and_columns_move_by_themselves() -> None:
    one = images(count=1)
    got = translated(one, 1 / 4, uniform(0.99, 0.0))[0, 0, 0]
    assert torch.equal(got[2:, :6], one[0, 0, 0, :6, 2:])
    assert got[:2].abs().sum() + got[:, 6:].abs().sum() == 0


def test_every_translation_is_as_likely() -> None:
    many = torch.zeros(1, 50_000, 1, 9, 9, dtype=torch.float64)
    many[..., 4, 4] = 1
    draws = FakeLanes(seeds=(0,)).uniform((50_000, 2))
    share = translated(many, 2 / 9, draws).mean(1)[0, 0]
    assert share[2:7, 2:7].flatten().tolist() == pytest.approx([1 / 25] * 25, abs=5e-3)
    assert share.sum().item() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("side", [8, 7])
def test_a_square_of_half_the_side_is_cut_out(side: int) -> None:
    ones = torch.ones(1, 1, 1, side, side, dtype=torch.float64)
    hole = 1 - cut_out(ones, 0.5, uniform(0.5, 0.5))[0, 0, 0]
    assert hole.sum() == 16
    assert set(hole.sum(0).tolist()) == {0.0, 4.0}
    corner = 1 - cut_out(ones, 0.5, uniform(0.0, 0.0))[0, 0, 0]
    expected = torch.zeros_like(corner)
    expected[:2, :2] = 1
    assert torch.equal(corner, expected)


def test_a_share_of_nothing_leaves_everything() -> None:
    whole, draws = images(), FakeLanes(seeds=(0,)).uniform((16, 2))
    assert torch.equal(translated(whole, 0.0, draws), whole)
    assert torch.equal(cut_out(whole, 0.0, draws), whole)


def test_grey_images_change_their_brightness_alone() -> None:
    one = images(count=1)
    torch.testing.assert_close(recoloured(one, uniform(0.8, 0.1, 0.2)), one + 0.3, rtol=1e-12, atol=1e-15)


def test_colors_have_saturation_and_contrast() -> None:
    one = images(channels=3, count=1)
    grey = recoloured(one, uniform(0.5, 0.0, 0.5))
    torch.testing.assert_close(grey, one.mean(2, keepdim=True).expand_as(one), rtol=1e-12, atol=1e-15)
    flat = recoloured(one, uniform(0.5, 0.5, 0.0))
    mean = one.mean((2, 3, 4), keepdim=True)
    torch.testing.assert_close(flat, mean + (one - mean) / 2, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("role", ROLES)
def test_gradients_pass_to_what_is_shown(role: Role) -> None:
    whole = images(channels=3).requires_grad_()
    trick = DiffAugment(translation_share=0.25, cutout=True)
    got = trick.discriminator_input(FakeLanes(seeds=(0,)), whole, role)
    (slope,) = torch.autograd.grad(got.sum(), whole)
    assert got.shape == whole.shape
    # A pixel is shown once or not at all.
    assert set(slope.flatten().tolist()) == {0.0, 1.0}
    assert slope.sum().item() == (got != 0).sum().item()


def test_all_three_have_gradients_of_finite_differences() -> None:
    draws = FakeLanes(seeds=(0,)).uniform((2, 3))

    def augmented(whole: Tensor) -> Tensor:
        return cut_out(translated(recoloured(whole, draws), 0.25, draws[..., :2]), 0.5, draws[..., 1:])

    assert torch.autograd.gradcheck(augmented, (images(3, 4, 2).requires_grad_(),))


def test_lanes_have_shares_of_their_own() -> None:
    lanes = FakeLanes(seeds=(0, 0))
    share = torch.tensor([0.0, 0.25], dtype=torch.float64)
    whole = lanes.samples("real", 16)
    got = DiffAugment(translation_share=share).discriminator_input(lanes, whole, "real")
    assert torch.equal(got[0], whole[0])
    alone = DiffAugment(translation_share=0.25).discriminator_input(FakeLanes(seeds=(0,)), whole[1:], "real")
    assert torch.equal(got[1], alone[0])
    assert not torch.equal(got[1], whole[1])
