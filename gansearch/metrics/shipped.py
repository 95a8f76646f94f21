"""The classifiers of handwritten digits that come with the package, and the data sets that they are for."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from gansearch.metrics.classifier import Architecture, Classifier
from gansearch.metrics.extractor import CnnExtractor, extractor_from_bytes

DIGITS: Final = ("mnist", "mnist5k")
"""Data sets of one digit an image."""
STACKED_DIGITS: Final = "stacked_mnist"
"""The data set whose channels are digits."""


def shipped(file: str, architecture: Architecture) -> CnnExtractor:
    """The extractor of digits [1, 28, 28] in a file of the package."""
    content = files("gansearch.metrics").joinpath("weights", file).read_bytes()
    return extractor_from_bytes(content, file, Classifier(architecture, (1, 28, 28), "labels", 10))
