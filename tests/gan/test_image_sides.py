"""Which images a network takes that divides their sides."""

from __future__ import annotations

import pytest

from gansearch.gan.image_sides import needed_images
from gansearch.records import Geometry


@pytest.mark.parametrize(
    ("shape", "fits"), [((1, 28, 28), True), ((3, 8, 12), True), ((1, 28, 30), False), ((2,), False)]
)
def test_needed_images(shape: tuple[int, ...], fits: bool) -> None:
    needed = needed_images(Geometry(shape, bounded=True, classes=0), 4)

    assert needed == (None if fits else "images [C, H, W] with H and W multiples of 4")
