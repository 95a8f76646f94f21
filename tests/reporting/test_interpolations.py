"""Strips between latents."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gansearch.reporting.document import Figure, Paragraph
from gansearch.reporting.interpolations import GAP, interpolation_blocks, strip_picture
from gansearch.reporting.material import TrialMaterial
from gansearch.reporting.stored_samples import StoredSamples


def images(count: int, channels: int = 1) -> np.ndarray:
    return np.arange(count, dtype=np.uint8)[:, None, None, None].repeat(channels, 1).repeat(4, 2).repeat(4, 3)


def test_each_way_is_a_row() -> None:
    picture = strip_picture(images(20))
    assert picture.shape == (2 * 4 + GAP, 40)
    assert list(picture[0, ::4]) == list(range(10))
    assert list(picture[4 + GAP, ::4]) == list(range(10, 20))
    assert set(picture[4].tolist()) == {255}
    assert strip_picture(images(10, channels=3)).shape == (4, 40, 3)


def test_what_is_said(make_trial: Callable[..., TrialMaterial]) -> None:
    best, fake = make_trial(0), images(60)
    (figure,) = interpolation_blocks(best, StoredSamples(fake, fake[:10], paths=images(30)))
    assert isinstance(figure, Figure)
    assert "of `digits-0` at epoch 20: 3 rows of 10 images" in figure.caption
    for kept in (None, StoredSamples(fake, fake[:10])):
        (said,) = interpolation_blocks(best, kept)
        assert isinstance(said, Paragraph)
        assert "`digits-0` kept no interpolations" in said.text
    points = np.zeros((5, 2))
    assert interpolation_blocks(best, StoredSamples(points, points)) == []
    assert interpolation_blocks(None, None) == []
