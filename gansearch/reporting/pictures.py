"""Pictures made of samples themselves, as arrays: a grid with real images below, points in their plane, PNG."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

COLUMNS = 10
FURTHER = ("paths", "seen")
"""Arrays of a file of stored samples that it may lack."""
GAP = 2
LINE = 4
PAPER = 255
INK = 90
POINT_SIDE = 320
FAKE_COLOUR = (0, 114, 178)
REAL_COLOUR = (170, 170, 170)


def compose_grid(
    fake: Pixels, real: Pixels, columns: int = COLUMNS, *, paths: Pixels | None = None, seen: Pixels | None = None
) -> Pixels:
    """Generated images in rows, and real images as the bottom row, with lines between the parts.

    Args:
        fake: [n, C, H, W] uint8, C being 1 or 3; the last row may be short.
        real: [m, C, H, W] uint8; the first ``columns`` are shown.
        columns: images in a row.
        paths: as ``fake``; interpolations, below the generated images.
        seen: as ``fake``; real and generated images as the discriminator sees them, above the real ones.

    Returns:
        [height, width] for one channel, [height, width, 3] for three.

    Raises:
        ValueError: where the arrays are no such images, or differ in form.
    """
    further = {name: each for name, each in (("paths", paths), ("seen", seen)) if each is not None}
    for name, images in {"fake": fake, **further, "real": real}.items():
        if images.ndim != 4 or images.shape[1] not in (1, 3):
            raise ValueError(f"{name} images must be [n, 1 or 3, H, W]; got {list(images.shape)}")
        if images.shape[1:] != fake.shape[1:]:
            raise ValueError(f"fake and {name} images must have one form; got {fake.shape[1:]} and {images.shape[1:]}")
    parts = [_rows(fake, columns), *(_rows(each, columns) for each in further.values()), _rows(real[:columns], columns)]
    width, channels = parts[0].shape[1:]
    line = np.full((LINE, width, channels), PAPER, dtype=np.uint8)
    line[LINE // 4 : LINE - LINE // 4] = INK
    whole = np.concatenate([parts[0], *(part for below in parts[1:] for part in (line, below))])
    return whole[:, :, 0] if channels == 1 else whole


def scatter(fake: NDArray[np.float32], real: NDArray[np.float32], side: int = POINT_SIDE) -> Pixels:
    """Points in the plane: real ones grey, generated ones blue above them. Axes reach 10 % beyond the real points.

    Args:
        fake: [n, D]; the first two coordinates are shown, points outside are left out.
        real: [m, D].
        side: height and width in pixels.

    Returns:
        [side, side, 3].

    Raises:
        ValueError: where points have fewer than two coordinates.
    """
    if fake.ndim != 2 or real.ndim != 2 or min(fake.shape[1], real.shape[1]) < 2:
        raise ValueError(f"points must be [n, at least 2]; got {list(fake.shape)} and {list(real.shape)}")
    low, high = real[:, :2].min(axis=0), real[:, :2].max(axis=0)
    margin = 0.1 * np.maximum(high - low, 1e-6)
    low, high = low - margin, high + margin
    picture = np.full((side, side, 3), PAPER, dtype=np.uint8)
    for points, colour in ((real, REAL_COLOUR), (fake, FAKE_COLOUR)):
        place = (points[:, :2] - low) / (high - low)
        inside = place[np.isfinite(place).all(axis=1) & ((place >= 0) & (place < 1)).all(axis=1)]
        column, row = (inside[:, 0] * side).astype(int), side - 1 - (inside[:, 1] * side).astype(int)
        for down in (0, 1):
            for right in (0, 1):
                picture[np.minimum(row + down, side - 1), np.minimum(column + right, side - 1)] = colour
    return picture


def picture_of(npz: bytes) -> Pixels:
    """The picture of a file of stored samples: a grid of images, or a scatter plot of points.

    Raises:
        ValueError: where the file does not hold ``fake`` and ``real`` samples.
    """
    try:
        with np.load(io.BytesIO(npz), allow_pickle=False) as arrays:
            fake, real, further = arrays["fake"], arrays["real"], {name: arrays.get(name) for name in FURTHER}
    except (KeyError, OSError) as error:
        raise ValueError(f"a file of samples must hold the arrays fake and real; {error}") from error
    return compose_grid(fake, real, **further) if fake.ndim == 4 else scatter(fake, real)


def png(pixels: NDArray[Any], scale: int = 1) -> bytes:
    """``pixels`` [H, W] or [H, W, 3] as PNG, each pixel enlarged to ``scale`` x ``scale``."""
    enlarged = np.ascontiguousarray(pixels.repeat(scale, axis=0).repeat(scale, axis=1), dtype=np.uint8)
    packed = io.BytesIO()
    Image.fromarray(enlarged).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def with_colours(png: bytes, colours: int) -> bytes:
    """A PNG with at most so many colours, 2 to 256: pictures of many flat areas come to a third of their bytes."""
    packed = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(colours).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def data_uri(content: bytes) -> str:
    """A PNG as an address that holds the picture itself."""
    return "data:image/png;base64," + base64.b64encode(content).decode("ascii")


def _rows(images: Pixels, columns: int) -> Pixels:
    """Images [n, C, H, W] as [height, width, C], padded with paper."""
    n, channels, height, width = images.shape
    rows = max(1, -(-n // columns))
    board = np.full((rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, channels), PAPER, dtype=np.uint8)
    for index in range(n):
        top, left = GAP + index // columns * (height + GAP), GAP + index % columns * (width + GAP)
        board[top : top + height, left : left + width] = images[index].transpose(1, 2, 0)
    return board
