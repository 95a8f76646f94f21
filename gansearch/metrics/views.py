"""The views that a data set has: which extractor stands behind each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gansearch.data import Data
from gansearch.errors import DataError
from gansearch.metrics._base import Extractor, View
from gansearch.metrics.inception import inception_extractor
from gansearch.metrics.pixels import PixelsExtractor
from gansearch.metrics.reference import reference_extractor
from gansearch.metrics.second_classifier import second_classifier

INCEPTION_CHANNELS: Final = (1, 3)


def views(data: Data, cache_dir: Path, *, inception_weights: Path | None = None) -> Mapping[View, Extractor]:
    """The extractors of a data set, by view; what it has no extractor for is absent.

    Args:
        data: the data set.
        cache_dir: where extractors trained for other data sets are kept.
        inception_weights: the user's file of Inception weights; None where there is none.

    Raises:
        DataError: where Inception weights cannot be used, or not for this data.
        CorruptFileError: where a kept file is damaged.
    """
    found: dict[View, Extractor] = {"reference": reference_extractor(data, cache_dir), "pixels": PixelsExtractor()}
    second = second_classifier(data, cache_dir)
    if second is not None:
        found["second"] = second
    if inception_weights is not None:
        _check_inception(data)
        found["inception"] = inception_extractor(inception_weights)
    return found


def _check_inception(data: Data) -> None:
    shape = data.geometry.shape
    if len(shape) != 3 or shape[0] not in INCEPTION_CHANNELS:
        raise DataError(
            f"--inception-weights measure images of 1 or 3 channels; samples of {data.name} have shape {shape}"
        )
