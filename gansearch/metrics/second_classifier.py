"""The second, independent classifier, by which outcomes are told: nothing that trains or stops a run ever sees it.

Source: the project's definition of outcomes. It shares with the reference extractor neither architecture (max-pooled
3 x 3 convolutions after Simonyan 2014, arXiv:1409.1556) nor seed nor augmentation.
"""

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
from gansearch.metrics.pooled_cnn import POOLED_CNN
from gansearch.metrics.shipped import DIGITS, STACKED_DIGITS, shipped
from gansearch.metrics.trained_extractor import trained_extractor
from gansearch.metrics.warp import Warp

SHIPPED_FILE: Final = "mnist-pooled-cnn.safetensors"
STRETCHES: Final = Warp(shift=2.0, stretch=0.15, shear=0.15)
SECOND: Final = Recipe(lr=4e-3, warp=STRETCHES, seed=1)
"""How one is trained for a data set that has no shipped weights."""
SHIPPED_SECOND: Final = Recipe(epochs=8, most_steps=4_000, most_samples=60_000, warp=STRETCHES, seed=1)
"""What the shipped one was trained with."""


def second_classifier(data: Data, cache_dir: Path, recipe: Recipe | None = None) -> Extractor | None:
    """The second classifier for ``data``; None where images have no classes, or points no known modes.

    The first call for a new data set of labelled images trains it (a minute or so). Known modes need no classifier.

    Args:
        data: the data set.
        cache_dir: where trained classifiers are kept.
        recipe: how to train one; the second's own where None.

    Raises:
        CorruptFileError: where a kept file is damaged.
    """
    if len(data.geometry.shape) == 1:
        return None if data.modes is None else PointsExtractor(data.modes, data.mode_std)
    if data.name in DIGITS:
        return shipped_second_classifier()
    if data.name == STACKED_DIGITS:
        return PerChannel(shipped_second_classifier(), data.geometry.shape[0])
    return trained_extractor(data, cache_dir, recipe or SECOND, POOLED_CNN) if data.geometry.classes > 1 else None


@cache
def shipped_second_classifier() -> CnnExtractor:
    """The one of handwritten digits that comes with the package (99 % of MNIST's test images right)."""
    return shipped(SHIPPED_FILE, POOLED_CNN)
