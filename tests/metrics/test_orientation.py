from __future__ import annotations

import pytest
import torch
from torch import Generator

from gansearch.metrics.classifier import Task
from gansearch.metrics.orientation import turned

# a mark in the upper left corner, and where each way of turning takes it
CORNERS: dict[Task, list[tuple[int, int]]] = {
    "rotations": [(0, 0), (-1, 0), (-1, -1), (0, -1)],
    "mirrorings": [(0, 0), (0, -1), (-1, 0), (-1, -1)],
}


@pytest.mark.parametrize(("task", "width"), [("rotations", 5), ("mirrorings", 7)])
def test_every_image_is_turned_as_its_class_says(task: Task, width: int) -> None:
    images = torch.zeros(400, 1, 5, width)
    images[:, :, 0, 0] = 1
    found, ways = turned(images, task, Generator().manual_seed(0))
    for image, way in zip(found, ways.tolist(), strict=True):
        row, column = CORNERS[task][way]
        assert image[0, row, column] == 1
        assert image.sum() == 1
    assert 70 < int(ways.bincount(minlength=4).min()) <= 100


def test_images_given_stay_as_they_are() -> None:
    images = torch.arange(36.0).reshape(4, 1, 3, 3)
    before = images.clone()
    turned(images, "rotations", Generator().manual_seed(0))
    assert torch.equal(images, before)
