from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gansearch.data import Data, Mnist, Mnist5k, Ring
from gansearch.data.stacked_mnist import StackedMnist
from gansearch.metrics.extractor import CnnExtractor
from gansearch.metrics.extractor_training import Recipe, accuracy
from gansearch.metrics.per_channel import PerChannel
from gansearch.metrics.points import PointsExtractor
from gansearch.metrics.reference import reference_extractor, shipped_extractor
from gansearch.records import Geometry

RECIPE = Recipe(epochs=1, batch_size=16)


def test_the_shipped_extractor_knows_real_digits(tmp_path: Path) -> None:
    data = Mnist5k().load(None)
    extractor = reference_extractor(data, tmp_path)
    assert extractor is shipped_extractor()
    assert isinstance(extractor, CnnExtractor)
    assert len(extractor.to_bytes()) < 1_000_000
    assert accuracy(extractor, data.train) >= 0.99
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_extractor_stays_the_same() -> None:
    """Values are compared by it across studies, machines and years."""
    assert (shipped_extractor().name, shipped_extractor().hash) == ("mnist-cnn", "81878539e8a9")


@pytest.mark.verify
def test_it_knows_99_percent_of_the_test_images_of_mnist() -> None:
    folder = os.environ.get("GANSEARCH_DATA")
    if folder is None:
        pytest.skip("GANSEARCH_DATA names no folder with mnist/")
    data = Mnist().load(Path(folder))
    assert data.test is not None
    assert accuracy(shipped_extractor(), data.test) >= 0.99


def test_points_need_no_training(tmp_path: Path) -> None:
    assert isinstance(reference_extractor(Ring().load(None), tmp_path), PointsExtractor)


def test_stacked_digits_are_measured_channel_by_channel(tmp_path: Path) -> None:
    data = StackedMnist(train_samples=20, test_samples=20, digits="mnist5k").load(None)
    extractor = reference_extractor(data, tmp_path)
    assert isinstance(extractor, PerChannel)
    assert (extractor.extractor, extractor.channels) == (shipped_extractor(), 3)


def test_another_data_set_has_one_of_its_own(tiny_data: Data, tmp_path: Path) -> None:
    extractor = reference_extractor(tiny_data, tmp_path, RECIPE)
    measured = extractor(tiny_data.train.batch(torch.arange(5)))
    assert extractor.name == "tiny_images-cnn"
    assert measured.features.shape == (5, 128)
    assert measured.probabilities is not None


def test_images_without_classes_have_features_alone(tiny_data: Data, tmp_path: Path) -> None:
    data = replace(tiny_data, geometry=Geometry((1, 8, 8), bounded=True, classes=0))
    extractor = reference_extractor(data, tmp_path, RECIPE)
    measured = extractor(data.train.batch(torch.arange(5)))
    assert extractor.name == "tiny_images-rotations-cnn"
    assert measured.features.shape == (5, 128)
    assert measured.probabilities is None
