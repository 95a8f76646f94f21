"""The one extractor by which runs on a data set are compared: shipped, exact, or trained once and kept."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path

from gansearch.data import Data
from gansearch.metrics._base import Extractor
from gansearch.metrics.extractor import DEFINITION, CnnExtractor, extractor_from_bytes
from gansearch.metrics.extractor_training import Recipe, train_extractor
from gansearch.metrics.points import PointsExtractor

SHIPPED_FILE = "mnist-cnn.safetensors"
SHIPPED_FOR = ("mnist", "mnist5k")


def reference_extractor(data: Data, cache_dir: Path, recipe: Recipe | None = None) -> Extractor:
    """The extractor for ``data``; the first call for a new image data set trains it (a minute or so).

    Two processes that ask at once get the same weights: one trains, the other waits.

    Args:
        data: the data set.
        cache_dir: where trained extractors are kept, under a name that holds the data's checksum.
        recipe: how to train one; the defaults where None.

    Raises:
        DataError: where one must be trained and the data has no labelled images.
        CorruptFileError: where a kept file is damaged.
    """
    if len(data.geometry.shape) == 1:
        return PointsExtractor(data.modes, data.mode_std)
    if data.name in SHIPPED_FOR:
        return shipped_extractor()
    recipe = recipe or Recipe()
    path = cached_path(data, cache_dir, recipe)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.with_suffix(".lock")):
            if not path.exists():  # it may have been trained while we waited
                _write(path, train_extractor(data, recipe).to_bytes())
    return extractor_from_bytes(path.read_bytes(), str(path))


@cache
def shipped_extractor() -> CnnExtractor:
    """The extractor of handwritten digits that comes with the package (99 % of MNIST's test images right)."""
    content = files("gansearch.metrics").joinpath("weights", SHIPPED_FILE).read_bytes()
    return extractor_from_bytes(content, SHIPPED_FILE)


def cached_path(data: Data, cache_dir: Path, recipe: Recipe) -> Path:
    """Where the extractor of this data, by this recipe, is kept."""
    key = hashlib.sha256(f"{DEFINITION}|{recipe}|{data.checksum}".encode()).hexdigest()[:12]
    return cache_dir / "extractors" / f"{data.name}-{key}.safetensors"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; the system frees it when the process ends, however it ends."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, content: bytes) -> None:
    """Write a whole file or none: readers do not take the lock."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
        temporary.write(content)
        temporary.flush()
        os.fsync(temporary.fileno())
    Path(temporary.name).replace(path)
