from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
import torch

from gansearch.data import digits
from gansearch.data._base import Data
from gansearch.data.digits import Digits
from gansearch.errors import DataError


@pytest.fixture(scope="module")
def data() -> Data:
    return Digits().load(None)


def test_there_are_1297_to_train_on_and_500_to_compare_with(data: Data) -> None:
    assert data.test is not None
    assert data.train.values.shape == (1297, 1, 8, 8)
    assert data.test.values.shape == (500, 1, 8, 8)
    # Counts by class of the 1,797 as they are published with the data set.
    both = data.train.labels.bincount() + data.test.labels.bincount()
    assert both.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_values_span_the_bytes_in_16_equal_steps(data: Data) -> None:
    assert sorted(set(data.train.values.flatten().tolist())) == [round(255 / 16 * value) for value in range(17)]


def test_the_content_is_the_known_one(data: Data) -> None:
    assert data.checksum == "4f0818ec701f"


@pytest.mark.verify
def test_they_are_those_of_scikit_learn(data: Data) -> None:
    from sklearn.datasets import load_digits

    published = load_digits()
    assert data.test is not None
    ours = torch.cat([data.train.values, data.test.values]).flatten(1)
    labels = torch.cat([data.train.labels, data.test.labels])
    theirs = np.rint(published.data * (255 / 16)).astype(np.uint8)
    rows = sorted((*row.tolist(), label) for row, label in zip(ours, labels.tolist(), strict=True))
    assert rows == sorted((*row.tolist(), label) for row, label in zip(theirs, published.target.tolist(), strict=True))


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "find_spec", lambda _: None)
    with pytest.raises(DataError, match=r"needs the package scikit-learn.*extra samplers"):
        Digits().load(None)


def test_other_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "datasets" / "data" / "digits.csv.gz"
    path.parent.mkdir(parents=True)
    monkeypatch.setattr(digits, "find_spec", lambda _: Package(str(tmp_path / "__init__.py")))
    path.write_bytes(gzip.compress(b"1,2,3\n"))
    with pytest.raises(DataError, match=r"digits\.csv must have the MD5 .* when decompressed; got .*Install"):
        Digits().load(None)
    path.write_bytes(b"junk")
    with pytest.raises(DataError, match=rf"{path} must be a readable gzip file; got: Not a gzipped file"):
        Digits().load(None)


class Package:
    """What ``find_spec`` says of an installed package."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
