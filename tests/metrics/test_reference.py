from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import torch

from gansearch.data import Data
from gansearch.data.mnist5k import Mnist5k
from gansearch.data.ring import Ring
from gansearch.errors import CorruptFileError
from gansearch.metrics import reference
from gansearch.metrics.extractor import CnnExtractor
from gansearch.metrics.extractor_training import Recipe, accuracy, train_extractor
from gansearch.metrics.points import PointsExtractor
from gansearch.metrics.reference import cached_path, reference_extractor, shipped_extractor

RECIPE = Recipe(epochs=1, batch_size=16)


def test_the_shipped_extractor_knows_real_digits(tmp_path: Path) -> None:
    data = Mnist5k().load(None)
    extractor = reference_extractor(data, tmp_path)
    assert extractor is shipped_extractor()
    assert isinstance(extractor, CnnExtractor)
    assert extractor.name == "mnist-cnn"
    assert len(extractor.to_bytes()) < 1_000_000
    assert accuracy(extractor, data.train) >= 0.99
    assert list(tmp_path.iterdir()) == []


def test_points_need_no_training(tmp_path: Path) -> None:
    assert isinstance(reference_extractor(Ring().load(None), tmp_path), PointsExtractor)


def test_another_data_set_trains_one_and_keeps_it(tiny_data: Data, tmp_path: Path) -> None:
    first = reference_extractor(tiny_data, tmp_path, RECIPE)
    path = cached_path(tiny_data, tmp_path, RECIPE)
    written = path.stat().st_mtime_ns
    second = reference_extractor(tiny_data, tmp_path, RECIPE)
    assert first.hash == second.hash
    assert path.stat().st_mtime_ns == written
    assert [each.suffix for each in sorted(path.parent.iterdir())] == [".lock", ".safetensors"]


def test_other_data_and_other_recipes_have_files_of_their_own(tiny_data: Data, tmp_path: Path) -> None:
    other = replace(tiny_data, checksum="0" * 12)
    paths = {cached_path(data, tmp_path, recipe) for data in (tiny_data, other) for recipe in (RECIPE, Recipe())}
    assert len(paths) == 4


def test_two_that_ask_at_once_get_the_same_weights(
    tiny_data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every training here has another seed, so that a second one would show."""
    seeds = count()
    monkeypatch.setattr(
        reference, "train_extractor", lambda data, recipe: train_extractor(data, replace(recipe, seed=next(seeds)))
    )
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(reference_extractor, tiny_data, tmp_path, RECIPE) for _ in range(4)]
    assert len({each.result().hash for each in asked}) == 1
    assert next(seeds) == 1


def test_a_damaged_file_is_said_to_be(tiny_data: Data, tmp_path: Path) -> None:
    reference_extractor(tiny_data, tmp_path, RECIPE)
    path = cached_path(tiny_data, tmp_path, RECIPE)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CorruptFileError, match=f"must be a safetensors file; {path} is none"):
        reference_extractor(tiny_data, tmp_path, RECIPE)


def test_a_trained_extractor_measures(tiny_data: Data, tmp_path: Path) -> None:
    measured = reference_extractor(tiny_data, tmp_path, RECIPE)(tiny_data.train.batch(torch.arange(5)))
    assert measured.features.shape == (5, 128)
