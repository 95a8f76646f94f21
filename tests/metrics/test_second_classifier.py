from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gansearch.data import Data, Mnist, Mnist5k, Ring
from gansearch.data.stacked_mnist import StackedMnist
from gansearch.metrics.extractor import CnnExtractor
from gansearch.metrics.extractor_training import SHIPPED, Recipe, accuracy, is_right
from gansearch.metrics.per_channel import PerChannel
from gansearch.metrics.points import PointsExtractor
from gansearch.metrics.reference import shipped_extractor
from gansearch.metrics.second_classifier import SECOND, SHIPPED_SECOND, second_classifier, shipped_second_classifier
from gansearch.records import Geometry
from gansearch.testing.data import random_images, random_points


def test_the_shipped_one_knows_real_digits(tmp_path: Path) -> None:
    data = Mnist5k().load(None)
    second = second_classifier(data, tmp_path)
    assert second is shipped_second_classifier()
    assert isinstance(second, CnnExtractor)
    assert len(second.to_bytes()) < 1_000_000
    assert accuracy(second, data.train) >= 0.99
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_one_stays_the_same() -> None:
    """Outcomes are told by it across studies, machines and years."""
    second = shipped_second_classifier()
    assert (second.name, second.hash) == ("mnist-pooled-cnn", "1d08aa21a4a9")


def test_it_shares_neither_layers_nor_seed_nor_augmentation_with_the_reference() -> None:
    first, second = shipped_extractor().classifier, shipped_second_classifier().classifier
    assert first.definition != second.definition
    for one, other in ((SHIPPED, SHIPPED_SECOND), (Recipe(), SECOND)):
        assert one.seed != other.seed
        assert one.warp != other.warp


@pytest.mark.verify
def test_it_knows_99_percent_of_mnist_and_errs_elsewhere_than_the_reference() -> None:
    folder = os.environ.get("GANSEARCH_DATA")
    if folder is None:
        pytest.skip("GANSEARCH_DATA names no folder with mnist/")
    data = Mnist().load(Path(folder))
    assert data.test is not None
    first, second = (~is_right(each, data.test) for each in (shipped_extractor(), shipped_second_classifier()))
    assert int(second.sum()) <= 100
    assert int((first & second).sum()) <= 2 / 3 * min(int(first.sum()), int(second.sum()))


def test_known_modes_need_no_classifier(tmp_path: Path) -> None:
    assert isinstance(second_classifier(Ring().load(None), tmp_path), PointsExtractor)


@pytest.mark.parametrize("data", [random_points(), random_images(8, 8)], ids=["points", "images"])
def test_there_is_none_without_classes(data: Data, tmp_path: Path) -> None:
    assert second_classifier(data, tmp_path) is None


def test_one_class_is_as_good_as_none(tiny_data: Data, tmp_path: Path) -> None:
    alike = replace(tiny_data, geometry=Geometry((1, 8, 8), bounded=True, classes=1))
    assert second_classifier(alike, tmp_path) is None


def test_stacked_digits_are_told_channel_by_channel(tmp_path: Path) -> None:
    data = StackedMnist(train_samples=20, test_samples=20, digits="mnist5k").load(None)
    second = second_classifier(data, tmp_path)
    assert isinstance(second, PerChannel)
    assert second.extractor is shipped_second_classifier()


def test_another_data_set_has_one_of_its_own(tiny_data: Data, tmp_path: Path) -> None:
    second = second_classifier(tiny_data, tmp_path, replace(SECOND, epochs=1))
    assert second is not None
    assert second.name == "tiny_images-pooled-cnn"
    assert second(tiny_data.train.batch(torch.arange(5))).probabilities is not None
