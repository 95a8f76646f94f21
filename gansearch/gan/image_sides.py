"""Which samples a network takes that divides the sides of images."""

from __future__ import annotations

from gansearch.records import Geometry


def needed_images(geometry: Geometry, factor: int) -> str | None:
    """What a network needs that divides the sides by ``factor``; None where samples of this geometry are that."""
    is_image = len(geometry.shape) == 3
    if is_image and not any(side % factor for side in geometry.shape[1:]):
        return None
    return f"images [C, H, W] with H and W multiples of {factor}"
