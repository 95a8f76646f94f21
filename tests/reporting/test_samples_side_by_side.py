"""Rows of samples: where they stand, and that colours survive."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from gansearch.reporting.samples_side_by_side import ArmSamples, side_by_side
from gansearch.reporting.stored_samples import StoredSamples


def flat(level: int, channels: int = 1, count: int = 20) -> np.ndarray:
    """Images of one level of grey, or of red."""
    images = np.zeros((count, channels, 28, 28), dtype=np.uint8)
    images[:, 0] = level
    return images


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_arms_stand_in_their_order_with_real_ones_at_the_bottom() -> None:
    real = flat(255, count=10)
    shown = [ArmSamples(name, StoredSamples(flat(level), real)) for name, level in (("dark", 0), ("grey", 128))]
    column = pixels(side_by_side(shown))[:, 800, 0]
    tops = {
        name: np.flatnonzero(np.abs(column.astype(int) - level) < 6) for name, level in (("dark", 0), ("grey", 128))
    }
    assert len(tops["dark"]) > 60  # a row of pixels of the samples is some of the figure's
    assert tops["dark"].max() < tops["grey"].min()
    assert tops["grey"].max() < len(column) - 60  # what lies below is paper and the real row, both white


def test_colours_stay() -> None:
    samples = StoredSamples(flat(200, channels=3), flat(200, channels=3, count=10))
    found = pixels(side_by_side([ArmSamples("red", samples)] * 2))
    assert (np.abs(found.astype(int) - (200, 0, 0)).max(axis=2) < 6).mean() > 0.5


def test_a_shorter_row_is_padded_with_paper() -> None:
    shown = [ArmSamples("few", StoredSamples(flat(0, count=3), flat(0, count=10)))]
    found = pixels(side_by_side(shown))
    assert (found[40, -60:] == 255).all()


def test_points_have_panels_of_their_own() -> None:
    points = np.zeros((50, 2), dtype=np.float32)
    shown = [ArmSamples(str(place), StoredSamples(points, points)) for place in range(5)]
    width, height = Image.open(io.BytesIO(side_by_side(shown))).size
    assert width == 1200
    assert height > 600  # two rows
