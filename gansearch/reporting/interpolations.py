"""Strips of images on the way from one latent to another: whether the best generator changes by and by, or in jumps."""

from __future__ import annotations

import numpy as np

from gansearch.reporting.document import Block, Figure, Paragraph
from gansearch.reporting.material import TrialMaterial
from gansearch.reporting.pictures import PAPER, Pixels, png
from gansearch.reporting.stored_samples import PER_PATH, StoredSamples
from gansearch.reporting.wording import code, number, plural

GAP = 3
ENOUGH = 640
"""Pixels across, up to which small images are enlarged."""


def interpolation_blocks(best: TrialMaterial | None, samples: StoredSamples | None) -> list[Block]:
    """The strips of the best run's last evaluation; a sentence where it kept none; nothing of points."""
    if best is None or (samples is not None and not samples.is_images):
        return []
    if samples is None or samples.paths is None or len(samples.paths) < PER_PATH:
        return [
            Paragraph(f"{code(best.identity)} kept no interpolations between latents, so there is no strip of them.")
        ]
    strips = strip_picture(samples.paths)
    ways = len(samples.paths) // PER_PATH
    caption = (
        f"Interpolations of the generator of {code(best.identity)} at epoch {number(best.curve.samples[-1].epoch)}: "
        f"{plural(ways, 'row')} of {PER_PATH} images, each row along a great circle between two fixed latents."
    )
    return [Figure("interpolations", caption, png(strips, max(1, ENOUGH // strips.shape[1])))]


def strip_picture(paths: Pixels) -> Pixels:
    """Images [ways * 10, C, H, W] as a row for each way.

    Returns:
        [height, width] for one channel, [height, width, 3] for three.
    """
    ways, (channels, height, width) = len(paths) // PER_PATH, paths.shape[1:]
    board = np.full((ways * (height + GAP) - GAP, PER_PATH * width, channels), PAPER, dtype=np.uint8)
    for index in range(ways * PER_PATH):
        top, left = index // PER_PATH * (height + GAP), index % PER_PATH * width
        board[top : top + height, left : left + width] = paths[index].transpose(1, 2, 0)
    return board[:, :, 0] if channels == 1 else board
