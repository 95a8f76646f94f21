from __future__ import annotations

from pathlib import Path

import torch

from gansearch.data import Data, datasets
from gansearch.plugins import load_file
from gansearch.testing import data as module
from gansearch.testing.data import TinyImages


def test_each_class_is_bright_on_its_side(tiny_data: Data) -> None:
    left, right = (tiny_data.train.values[tiny_data.train.labels == label].float() for label in (0, 1))
    assert left[..., 4:].min() >= 0
    assert right[..., 4:].min() > left[..., 4:].max()
    assert left[..., :4].min() > right[..., :4].max()


def test_splits_and_seeds_differ(tiny_data: Data) -> None:
    other = TinyImages(seed=1).load(None)
    assert tiny_data.test is not None
    assert not torch.equal(tiny_data.train.values[:32], tiny_data.test.values)
    assert other.checksum != tiny_data.checksum


def test_the_file_is_a_plugin() -> None:
    assert "tiny_images" not in datasets.names()
    load_file(Path(module.__file__))
    assert "tiny_images" in datasets.names()


def test_a_plugin_file_of_another_test_is_gone() -> None:
    assert "tiny_images" not in datasets.names()
