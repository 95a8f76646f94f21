"""The one extractor by which runs on a data set are compared: shipped, exact, or trained once and kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from gansearch.data import Data
from gansearch.metrics._base import Extractor
from gansearch.metrics.extractor import CnnExtractor
from gansearch.metrics.extractor_training import Recipe
from gansearch.metrics.per_channel import PerChannel
from gansearch.metrics.points import PointsExtractor
from gansearch.metrics.shipped import DIGITS, STACKED_DIGITS, shipped
from gansearch.metrics.strided_cnn import STRIDED_CNN
from gansearch.metrics.trained_extractor import trained_extractor

SHIPPED_FILE: Final = "mnist-cnn.safetensors"


def reference_extractor(data: Data, cache_dir: Path, recipe: Recipe | None = None) -> Extractor:
    """The extractor for ``data``; the first call for a new image data set trains it (a minute or so).

    Images without classes get one that was trained to tell how an image has been turned.

    Args:
        data: the data set.
        cache_dir: where trained extractors are kept.
        recipe: how to train one; the defaults where None.

    Raises:
        CorruptFileError: where a kept file is damaged.
    """
    if len(data.geometry.shape) == 1:
        return PointsExtractor(data.modes, data.mode_std)
    if data.name in DIGITS:
        return shipped_extractor()
    if data.name == STACKED_DIGITS:
        return PerChannel(shipped_extractor(), data.geometry.shape[0])
    return trained_extractor(data, cache_dir, recipe or Recipe(), STRIDED_CNN)


@cache
def shipped_extractor() -> CnnExtractor:
    """The extractor of handwritten digits that comes with the package (99 % of MNIST's test images right)."""
    return shipped(SHIPPED_FILE, STRIDED_CNN)
