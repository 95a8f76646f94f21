"""Grids and scatter plots, pixel by pixel."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from gansearch.reporting.pictures import (
    FAKE_COLOUR,
    GAP,
    LINE,
    PAPER,
    compose_grid,
    data_uri,
    picture_of,
    png,
    scatter,
)


def numbered(count: int, channels: int = 1) -> np.ndarray:
    """Images [count, channels, 4, 5], each filled with its index."""
    return np.broadcast_to(np.arange(count, dtype=np.uint8)[:, None, None, None], (count, channels, 4, 5)).copy()


def test_rows_a_line_and_the_real_ones_below() -> None:
    grid = compose_grid(numbered(6), numbered(3) + 100, columns=3)
    row = 4 + GAP
    assert grid.shape == (2 * row + GAP + LINE + row + GAP, 3 * (5 + GAP) + GAP)
    assert grid[GAP, GAP] == 0
    assert grid[GAP + row, GAP + 5 + GAP] == 4  # second row, second column
    assert grid[-GAP - 1, -GAP - 1] == 102
    assert (grid[2 * row + GAP + LINE // 2] < PAPER).all()
    assert (grid[0] == PAPER).all()


def test_paths_stand_below_the_generated_ones_and_what_is_seen_above_the_real_ones() -> None:
    grid = compose_grid(numbered(3), numbered(3) + 100, columns=3, paths=numbered(6) + 50, seen=numbered(6) + 70)
    part = 4 + GAP
    assert grid.shape[0] == (part + GAP) + LINE + (2 * part + GAP) + LINE + (2 * part + GAP) + LINE + (part + GAP)
    tops = [GAP, part + 2 * GAP + LINE, 3 * part + 3 * GAP + 2 * LINE, 5 * part + 4 * GAP + 3 * LINE]
    assert [int(grid[top, GAP]) for top in tops] == [0, 50, 70, 100]


def test_colour_and_short_rows() -> None:
    grid = compose_grid(numbered(4, 3), numbered(2, 3), columns=3)
    assert grid.ndim == 3
    assert grid.shape[2] == 3
    assert (grid[GAP + 4 + GAP, GAP + 2 * (5 + GAP)] == PAPER).all()  # nothing after the fourth image


@pytest.mark.parametrize(
    ("fake", "real", "message"),
    [
        (np.zeros((2, 4, 5)), numbered(2), "fake images must be"),
        (numbered(2), numbered(2, 2), "real images must be"),
        (numbered(2), numbered(2, 3), "must have one form"),
    ],
)
def test_what_is_no_grid(fake: np.ndarray, real: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compose_grid(fake, real)


def test_points_lie_where_they_should() -> None:
    real = np.array([[-1.0, -1.0], [1.0, 1.0]], dtype=np.float32)
    picture = scatter(np.array([[0.0, 0.0], [50.0, 0.0], [np.nan, 0.0]], dtype=np.float32), real, side=120)
    rows, columns = np.nonzero((picture == FAKE_COLOUR).all(axis=2))
    assert set(columns) == {60, 61}
    assert set(rows) == {59, 60}
    with pytest.raises(ValueError, match="points must be"):
        scatter(np.zeros((3, 1), dtype=np.float32), real)


def test_stored_samples_become_a_picture(image_npz: bytes) -> None:
    assert picture_of(image_npz).shape == (6 * 10 + GAP + LINE + 10 + GAP, 10 * 10 + GAP)
    packed = io.BytesIO()
    np.savez(packed, fake=np.zeros((5, 2), dtype=np.float32), real=np.ones((5, 2), dtype=np.float32))
    assert picture_of(packed.getvalue()).shape == (320, 320, 3)


def test_a_file_without_samples_is_refused() -> None:
    packed = io.BytesIO()
    np.savez(packed, other=np.zeros(3))
    with pytest.raises(ValueError, match="must hold the arrays fake and real"):
        picture_of(packed.getvalue())


def test_png_keeps_every_pixel() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 6)
    with Image.open(io.BytesIO(png(pixels, scale=2))) as image:
        assert image.size == (12, 8)
        assert (np.asarray(image)[::2, ::2] == pixels).all()
    assert base64.b64decode(data_uri(png(pixels)).partition(",")[2]) == png(pixels)
