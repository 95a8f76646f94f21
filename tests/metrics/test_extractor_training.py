from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Generator

from gansearch.data import Data
from gansearch.errors import DataError
from gansearch.metrics.extractor_training import Recipe, accuracy, train_extractor, warped
from gansearch.records import Geometry

RECIPE = Recipe(epochs=10, batch_size=16, max_shift=1.0)


def test_learns_and_repeats(tiny_data: Data) -> None:
    first, second = train_extractor(tiny_data, RECIPE), train_extractor(tiny_data, RECIPE)
    assert tiny_data.test is not None
    assert accuracy(first, tiny_data.test) >= 0.95
    assert first.name == f"{tiny_data.name}-cnn"
    assert first.hash == second.hash


def test_another_seed_gives_other_weights(tiny_data: Data) -> None:
    short = replace(RECIPE, epochs=1)
    assert train_extractor(tiny_data, short).hash != train_extractor(tiny_data, replace(short, seed=1)).hash


def test_draws_nothing_from_the_global_generator(tiny_data: Data) -> None:
    before = torch.get_rng_state()
    train_extractor(tiny_data, replace(RECIPE, epochs=1))
    assert torch.equal(before, torch.get_rng_state())


def test_without_angle_and_shift_images_stay_as_they_are() -> None:
    images = torch.rand(3, 1, 6, 6, generator=Generator().manual_seed(0))
    still = warped(images, Recipe(max_rotation=0, max_shift=0), Generator().manual_seed(0))
    torch.testing.assert_close(still, images, rtol=0, atol=1e-5)


def test_shifts_stay_within_their_bounds() -> None:
    dot = torch.zeros(200, 1, 11, 11)
    dot[:, :, 5, 5] = 1
    moved = warped(dot, Recipe(max_rotation=0, max_shift=2), Generator().manual_seed(0))
    centres = (moved.sum((1, 2)) * torch.arange(11)).sum(1)
    assert 1.5 < (centres - 5).abs().max().item() <= 2.0 + 1e-4


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        (Geometry((2,), bounded=False, classes=8), r"must be trained on images \[C, H, W\]; .* has shape \(2,\)"),
        (Geometry((1, 8, 8), bounded=True, classes=0), "labels of at least 2 classes; .* has 0"),
    ],
)
def test_data_that_cannot_train_one_is_refused(tiny_data: Data, geometry: Geometry, message: str) -> None:
    with pytest.raises(DataError, match=message):
        train_extractor(replace(tiny_data, geometry=geometry), RECIPE)
