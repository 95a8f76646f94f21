"""Row 51 (and number 16 of the seed 002) of the table of tricks."""

from __future__ import annotations

import pytest
import torch

from gansearch.records import Geometry
from gansearch.testing.hooks import give_parameters
from gansearch.testing.lanes import FakeLanes
from gansearch.tricks.conditional_embedding import ConditionalEmbedding

CLASSES = torch.tensor([[0, 3, 0], [2, 2, 2]])
TRICK = ConditionalEmbedding(dim=5)


def started(shape: tuple[int, ...]) -> FakeLanes:
    lanes = FakeLanes(seeds=(0, 1), shape=shape, classes=4)
    give_parameters(TRICK, lanes)
    return lanes


def test_the_vector_of_the_class_stands_behind_the_latents() -> None:
    lanes = started((1, 8, 8))
    latents = lanes.numbers("latents", (3, 4))
    got = TRICK.latents(lanes, latents, CLASSES)
    assert torch.equal(got[..., :4], latents)
    for lane, sample in ((0, 0), (0, 1), (1, 2)):
        row = lanes.own["generator.weight"][lane, CLASSES[lane, sample]]
        assert torch.equal(got[lane, sample, 4:], row)
    assert TRICK.extra_latents(lanes.sizes.geometry) == 5


def test_an_image_gets_one_channel_of_its_size() -> None:
    lanes = started((2, 8, 6))
    images = lanes.samples("real", 3)
    got = TRICK.presented(lanes, images, CLASSES)
    assert TRICK.presented_geometry(lanes.sizes.geometry) == Geometry((3, 8, 6), True, 4)
    assert torch.equal(got[:, :, :2], images)
    row = lanes.own["discriminator.weight"][0, 3]
    expected = lanes.own["channel.weight"][0] @ row + lanes.own["channel.bias"][0]
    torch.testing.assert_close(got[0, 1, 2], expected.reshape(8, 6), rtol=1e-12, atol=1e-15)


def test_a_point_gets_the_vector_itself() -> None:
    lanes = started((2,))
    points = lanes.samples("real", 3)
    got = TRICK.presented(lanes, points, CLASSES)
    assert TRICK.presented_geometry(lanes.sizes.geometry).shape == (7,)
    assert torch.equal(got[0, 1], torch.cat([points[0, 1], lanes.own["discriminator.weight"][0, 3]]))
    assert "channel.weight" not in lanes.own


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_only_rows_in_use_get_a_gradient(player: str) -> None:
    lanes = started((1, 8, 8))
    table = lanes.own[f"{player}.weight"]
    if player == "generator":
        made = TRICK.latents(lanes, lanes.numbers("latents", (3, 4)), CLASSES)
    else:
        made = TRICK.presented(lanes, lanes.samples("real", 3), CLASSES)
    (slope,) = torch.autograd.grad(made.square().sum(), table)
    used = slope.abs().sum(2) > 0
    assert used.tolist() == [[True, False, False, True], [False, False, True, False]]


def test_each_table_belongs_to_its_player() -> None:
    sizes = started((1, 8, 8)).sizes
    assert [each.name for each in TRICK.generator_parameters(sizes)] == ["generator.weight"]
    names = [each.name for each in TRICK.discriminator_parameters(sizes)]
    assert names == ["discriminator.weight", "channel.weight", "channel.bias"]
