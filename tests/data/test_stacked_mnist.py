from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from gansearch.data import Data, Mnist, Mnist5k, Samples
from gansearch.data.stacked_mnist import StackedMnist, stacked
from gansearch.errors import DataError
from gansearch.testing.contracts.data_sets import check_data


@pytest.fixture(scope="module")
def data() -> Data:
    return StackedMnist(digits="mnist5k", train_samples=12_000, test_samples=12_000).load(None)


def digits(count: int) -> Samples:
    """The i-th image holds i everywhere, its label is i % 10."""
    number = torch.arange(count)
    return Samples(number.to(torch.uint8)[:, None, None, None].expand(-1, 1, 4, 4), number % 10)


def test_each_channel_is_a_digit_of_the_class() -> None:
    triples = stacked(digits(50), 500, np.random.PCG64(0))
    assert triples.values.shape == (500, 3, 4, 4)
    assert torch.equal(triples.values, triples.values[:, :, :1, :1].expand_as(triples.values))
    a, b, c = (triples.values[:, :, 0, 0].long() % 10).unbind(1)
    assert torch.equal(triples.labels, 100 * a + 10 * b + c)


def test_every_digit_is_drawn_equally_often_in_every_channel() -> None:
    triples = stacked(digits(50), 20_000, np.random.PCG64(0))
    for channel in triples.values[:, :, 0, 0].long().unbind(1):
        shares = channel.bincount(minlength=50) / 20_000
        # Five standard errors of a share of 1/50 among 20,000.
        assert shares.tolist() == pytest.approx([0.02] * 50, abs=5 * (0.02 * 0.98 / 20_000) ** 0.5)


def test_the_channels_are_independent() -> None:
    chosen = stacked(digits(10), 20_000, np.random.PCG64(0)).values[:, :, 0, 0].double()
    correlations = torch.corrcoef(chosen.T)[[0, 0, 1], [1, 2, 2]]
    # Five standard errors, 1 / sqrt(n), of no correlation.
    assert correlations.tolist() == pytest.approx([0.0] * 3, abs=5 / 20_000**0.5)


def test_the_first_triples_are_the_same_at_any_number() -> None:
    few, many = (stacked(digits(50), count, np.random.PCG64([3, 0])) for count in (20, 100))
    assert torch.equal(few.values, many.values[:20])
    assert torch.equal(few.labels, many.labels[:20])


def test_it_keeps_the_contract_with_all_thousand_classes(data: Data) -> None:
    assert data.geometry == StackedMnist.geometry
    assert data.final_samples == 26_000
    check_data(data)


def test_digits_of_mnist5k_are_divided(data: Data) -> None:
    every = Mnist5k().load(None).train
    assert data.test is not None
    of_training, of_test = rows(every.values[:4000]), rows(every.values[4000:])
    assert rows(data.train.values[:1000]) <= of_training
    assert rows(data.test.values[:1000]) <= of_test
    assert rows(data.test.values[:1000]).isdisjoint(of_training)


def test_digits_of_mnist_keep_their_splits(data_dir: Path) -> None:
    small = StackedMnist(train_samples=400, test_samples=300).load(data_dir)
    mnist = Mnist().load(data_dir)
    assert small.test is not None
    assert mnist.test is not None
    assert (len(small.train), len(small.test)) == (400, 300)
    assert rows(small.train.values) == rows(mnist.train.values)
    assert rows(small.test.values) == rows(mnist.test.values)


def test_missing_digits_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz must exist; got no such file"):
        StackedMnist().load(tmp_path)


def test_the_seed_decides_the_triples() -> None:
    first, again, other = (
        StackedMnist(digits="mnist5k", train_samples=50, test_samples=30, seed=seed).load(None) for seed in (0, 0, 1)
    )
    assert first.checksum == again.checksum != other.checksum
    assert first.test is not None
    assert not torch.equal(first.test.labels, first.train.labels[:30])


def test_the_defaults_are_those_of_pacgan() -> None:
    default = StackedMnist()
    assert (default.train_samples, default.test_samples, default.digits) == (128_000, 26_000, "mnist")


def test_the_content_is_the_known_one(data: Data) -> None:
    assert data.checksum == "ef3d715d14c4"


def rows(images: torch.Tensor) -> set[bytes]:
    """The distinct channels."""
    return {channel.numpy().tobytes() for channel in images.flatten(0, 1)}
