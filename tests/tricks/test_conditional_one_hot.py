"""Row 51 of the table of tricks: the class as numbers, without an embedding."""

from __future__ import annotations

import torch

from gansearch.records import Geometry
from gansearch.testing.lanes import FakeLanes
from gansearch.tricks.conditional_one_hot import ConditionalOneHot

CLASSES = torch.tensor([[0, 2, 1], [2, 2, 0]])


def lanes(shape: tuple[int, ...]) -> FakeLanes:
    return FakeLanes(seeds=(0, 1), shape=shape, classes=3)


def test_the_class_stands_behind_the_latents() -> None:
    one = lanes((1, 8, 8))
    latents = one.numbers("latents", (3, 4))
    got = ConditionalOneHot().latents(one, latents, CLASSES)
    assert torch.equal(got[..., :4], latents)
    assert torch.equal(got[..., 4:], torch.nn.functional.one_hot(CLASSES, 3).double())
    assert ConditionalOneHot().extra_latents(one.sizes.geometry) == 3


def test_an_image_gets_a_constant_channel_for_each_class() -> None:
    one = lanes((2, 8, 8))
    images = one.samples("real", 3)
    got = ConditionalOneHot().presented(one, images, CLASSES)
    assert ConditionalOneHot().presented_geometry(one.sizes.geometry) == Geometry((5, 8, 8), True, 3)
    assert got.shape == (2, 3, 5, 8, 8)
    assert torch.equal(got[:, :, :2], images)
    for index in range(3):
        told = got[:, :, 2 + index]
        expected = torch.eq(CLASSES, index).double()[..., None, None].expand(2, 3, 8, 8)
        assert torch.equal(told, expected)


def test_a_point_gets_a_number_for_each_class() -> None:
    one = lanes((2,))
    points = one.samples("real", 3)
    got = ConditionalOneHot().presented(one, points, CLASSES)
    assert ConditionalOneHot().presented_geometry(one.sizes.geometry).shape == (5,)
    assert torch.equal(got, torch.cat([points, torch.nn.functional.one_hot(CLASSES, 3).double()], 2))
