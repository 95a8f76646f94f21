"""Extractors trained for a data set, each once: kept as files by the content of the data."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gansearch.data import Data
from gansearch.metrics.classifier import Architecture, classifier_for
from gansearch.metrics.extractor import CnnExtractor, extractor_from_bytes
from gansearch.metrics.extractor_training import Recipe, train_extractor
from gansearch.storage.shared_files import locked, whole_file


def trained_extractor(data: Data, cache_dir: Path, recipe: Recipe, architecture: Architecture) -> CnnExtractor:
    """The extractor of images that this recipe makes; the first call trains it (a minute or so).

    Two processes that ask at once get the same weights: one trains, the other waits.

    Args:
        data: images.
        cache_dir: where trained extractors are kept, under a name that holds the data's checksum.
        recipe: how to train it.
        architecture: of the classifier.

    Raises:
        CorruptFileError: where a kept file is damaged.
    """
    path = cached_path(data, cache_dir, recipe, architecture)
    if not path.exists():
        with locked(path):
            if not path.exists():  # it may have been trained while we waited
                trained = train_extractor(data, recipe, architecture)
                with whole_file(path) as file:
                    file.write(trained.to_bytes())
    return extractor_from_bytes(path.read_bytes(), str(path), classifier_for(data.geometry, architecture))


def cached_path(data: Data, cache_dir: Path, recipe: Recipe, architecture: Architecture) -> Path:
    """Where the extractor of this data, by this recipe, is kept."""
    definition = classifier_for(data.geometry, architecture).definition
    form = f"{data.geometry.shape}|{data.geometry.classes}"
    key = hashlib.sha256(f"{definition}|{form}|{recipe}|{data.checksum}".encode()).hexdigest()[:12]
    return cache_dir / "extractors" / f"{data.name}-{architecture.name}-{key}.safetensors"
