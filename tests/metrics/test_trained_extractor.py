from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from gansearch.data import Data
from gansearch.errors import CorruptFileError
from gansearch.metrics import trained_extractor as module
from gansearch.metrics.classifier import Architecture
from gansearch.metrics.extractor import CnnExtractor
from gansearch.metrics.extractor_training import Recipe, train_extractor
from gansearch.metrics.pooled_cnn import POOLED_CNN
from gansearch.metrics.strided_cnn import STRIDED_CNN
from gansearch.metrics.trained_extractor import cached_path, trained_extractor
from gansearch.records import Geometry

RECIPE = Recipe(epochs=1, batch_size=16)


def test_it_is_trained_once_and_kept(tiny_data: Data, tmp_path: Path) -> None:
    first = trained_extractor(tiny_data, tmp_path, RECIPE, STRIDED_CNN)
    path = cached_path(tiny_data, tmp_path, RECIPE, STRIDED_CNN)
    written = path.stat().st_mtime_ns
    second = trained_extractor(tiny_data, tmp_path, RECIPE, STRIDED_CNN)
    assert first.hash == second.hash
    assert path.stat().st_mtime_ns == written
    assert [each.suffix for each in sorted(path.parent.iterdir())] == [".lock", ".safetensors"]


def test_whatever_differs_has_a_file_of_its_own(tiny_data: Data, tmp_path: Path) -> None:
    others = (
        tiny_data,
        replace(tiny_data, checksum="0" * 12),
        replace(tiny_data, geometry=Geometry((1, 8, 8), bounded=True, classes=0)),
        replace(tiny_data, geometry=Geometry((1, 8, 8), bounded=True, classes=5)),
    )
    paths = {
        cached_path(data, tmp_path, recipe, architecture)
        for data in others
        for recipe in (RECIPE, Recipe())
        for architecture in (STRIDED_CNN, POOLED_CNN)
    }
    assert len(paths) == 16


def test_two_that_ask_at_once_get_the_same_weights(
    tiny_data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every training here has another seed, so that a second one would show."""
    seeds = count()

    def train(data: Data, recipe: Recipe, architecture: Architecture) -> CnnExtractor:
        return train_extractor(data, replace(recipe, seed=next(seeds)), architecture)

    monkeypatch.setattr(module, "train_extractor", train)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(trained_extractor, tiny_data, tmp_path, RECIPE, STRIDED_CNN) for _ in range(4)]
    assert len({each.result().hash for each in asked}) == 1
    assert next(seeds) == 1


def test_a_damaged_file_is_said_to_be(tiny_data: Data, tmp_path: Path) -> None:
    trained_extractor(tiny_data, tmp_path, RECIPE, STRIDED_CNN)
    path = cached_path(tiny_data, tmp_path, RECIPE, STRIDED_CNN)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CorruptFileError, match=f"must be a safetensors file; {path} is none"):
        trained_extractor(tiny_data, tmp_path, RECIPE, STRIDED_CNN)
