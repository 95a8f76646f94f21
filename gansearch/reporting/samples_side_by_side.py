"""Draws samples of several arms below each other, a column per latent, with real ones at the bottom. PNG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gansearch.reporting import figures
from gansearch.reporting.pictures import PAPER, Pixels, scatter
from gansearch.reporting.stored_samples import StoredSamples

COLUMNS = 10
GAP = 2
"""Pixels of the samples between two of them."""
REAL_GAP = 6
"""Pixels of the samples above the real ones."""
LABEL_INCHES = 1.9
"""About what the arms' names take beside their rows."""
POINT_COLUMNS = 4
"""Panels in a row, where samples are points."""
SHADES = 64
"""Of grey: enough for the eye, and a third of the bytes."""


@dataclass(frozen=True, eq=False)
class ArmSamples:
    """The samples of one run of an arm."""

    arm: str
    samples: StoredSamples


def side_by_side(shown: Sequence[ArmSamples]) -> bytes:
    """A row per arm and real images below; of points in the plane a panel per arm, real ones in grey.

    Args:
        shown: at least one; all images, or all points, of one form.
    """
    return _image_rows(shown) if shown[0].samples.is_images else _point_panels(shown)


def _image_rows(shown: Sequence[ArmSamples]) -> bytes:
    rows = [_row(each.samples.fake.astype(np.uint8)) for each in shown]
    real = _row(shown[0].samples.real.astype(np.uint8))
    width = max(row.shape[1] for row in (*rows, real))
    board = np.concatenate([*(_padded(row, width, GAP) for row in rows), _padded(real, width, 0, REAL_GAP)])
    height = rows[0].shape[0]
    middles = [place * (height + GAP) + height / 2 - 0.5 for place in range(len(rows))]
    middles.append(board.shape[0] - height / 2 - 0.5)
    inches = (figures.WIDTH - LABEL_INCHES) * board.shape[0] / width
    with figures.figure_of(figures.WIDTH, inches + 0.15) as (figure, (axes,)):
        axes.imshow(board, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axes.set_yticks(middles, [*(each.arm for each in shown), "real"], fontsize=8)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        return figures.to_png(figure, SHADES if board.ndim == 2 else None)


def _row(images: Pixels) -> Pixels:
    """The first images [n, C, H, W] beside each other, as [height, width] or [height, width, 3]."""
    gap = ((0, 0), (0, 0), (0, GAP), (0, 0))
    row = np.concatenate(list(np.pad(images[:COLUMNS].transpose(0, 2, 3, 1), gap, constant_values=PAPER)), axis=1)
    return row[:, :, 0] if row.shape[2] == 1 else row


def _padded(row: Pixels, width: int, below: int, above: int = 0) -> Pixels:
    margins = ((above, below), (0, width - row.shape[1]), (0, 0))[: row.ndim]
    return np.pad(row, margins, constant_values=PAPER)


def _point_panels(shown: Sequence[ArmSamples]) -> bytes:
    columns = min(POINT_COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    side = figures.WIDTH / POINT_COLUMNS
    with figures.figure_of(columns * side, rows * (side + 0.25), (rows, columns)) as (figure, panels):
        for axes in panels:
            axes.set_axis_off()
        for axes, each in zip(panels, shown, strict=False):
            points, real = each.samples.fake.astype(np.float32), each.samples.real.astype(np.float32)
            axes.imshow(scatter(points, real), interpolation="nearest")
            axes.set_title(each.arm, fontsize=8)
        return figures.to_png(figure)
