from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gansearch.data.tensor import TensorFile
from gansearch.errors import DataError

IMAGES = torch.arange(10, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, 8, 6).contiguous()


@pytest.fixture
def images(tmp_path: Path) -> str:
    """Ten images, the i-th of which holds i everywhere."""
    np.save(tmp_path / "images.npy", IMAGES.numpy())
    return str(tmp_path / "images.npy")


def test_the_geometry_follows_from_the_fields_alone() -> None:
    images = TensorFile(path="nowhere.npy", shape="3x8x6", classes=2, labels="nowhere.pt").geometry
    assert (images.shape, images.bounded, images.classes) == ((3, 8, 6), True, 2)
    points = TensorFile(path="nowhere.npy", shape="5").geometry
    assert (points.shape, points.bounded, points.classes) == ((5,), False, 0)


def test_bytes_stay_in_their_file(images: str) -> None:
    data = TensorFile(path=images, shape="3x8x6").load(None)
    assert torch.equal(data.train.values, IMAGES)
    assert data.train.labels.tolist() == [0] * 10
    assert data.test is None
    assert data.is_mapped
    assert data.notes == ()


def test_real_numbers_are_rounded_and_that_is_said(tmp_path: Path) -> None:
    torch.save(IMAGES / 127.5 - 1, tmp_path / "x.pt")
    data = TensorFile(path=str(tmp_path / "x.pt"), shape="3x8x6").load(None)
    assert torch.equal(data.train.values, IMAGES)
    assert not data.is_mapped
    assert data.notes == (f"The real numbers of {tmp_path / 'x.pt'} were rounded to 8 bits.",)


def test_points_are_real_numbers(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([[5.0, -7.0], [0.25, 0.5]]))
    data = TensorFile(path=str(tmp_path / "x.npy"), shape="2").load(None)
    assert data.train.values.tolist() == [[5, -7], [0.25, 0.5]]
    assert data.train.values.dtype == torch.float32
    assert data.notes == ()


def test_labels_may_stand_in_the_same_file(tmp_path: Path) -> None:
    path = str(tmp_path / "x.safetensors")
    save_file({"images": IMAGES, "labels": torch.arange(10, dtype=torch.int32) % 2}, path)
    data = TensorFile(path=path, shape="3x8x6", classes=2, labels=path).load(None)
    assert data.train.labels.tolist() == [0, 1] * 5
    assert data.train.labels.dtype == torch.int64


def test_the_held_out_are_a_fixed_share_that_is_not_trained_on(images: str, tmp_path: Path) -> None:
    np.save(tmp_path / "labels.npy", np.arange(10))
    made = TensorFile(path=images, shape="3x8x6", classes=10, labels=str(tmp_path / "labels.npy"), held_out=0.3)
    data, again = made.load(None), made.load(None)
    assert data.test is not None
    assert again.test is not None
    assert (len(data.train), len(data.test)) == (7, 3)
    assert sorted([*data.train.labels.tolist(), *data.test.labels.tolist()]) == list(range(10))
    for part in (data.train, data.test):
        assert torch.equal(part.values[:, 0, 0, 0].long(), part.labels)
    assert torch.equal(data.test.values, again.test.values)
    assert not data.is_mapped


def test_held_out_must_be_at_least_one(images: str) -> None:
    with pytest.raises(DataError, match=r"dataset\.held_out must be at least one of the 10 samples of .*; got 0\.01"):
        TensorFile(path=images, shape="3x8x6", held_out=0.01).load(None)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, r"dataset\.path must be given: the file of the samples"),
        ({"path": "x.npy", "classes": 3}, r"dataset\.labels must be given where there are classes.*; got classes: 3"),
        ({"path": "x.npy", "labels": "y.npy"}, r"dataset\.classes must be the number of classes of y\.npy; got 0"),
    ],
)
def test_fields_must_go_together(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        TensorFile(**fields)


def test_another_shape_is_told_as_it_is_written(images: str) -> None:
    with pytest.raises(DataError, match=r"images\.npy must hold an array \[N, 1, 28, 28\] .*, which is shape: 3x8x6$"):
        TensorFile(path=images).load(None)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.arange(9), r"must hold one whole number for each of the 10 samples, \[10\]; got \[9\] of int64"),
        (np.zeros((10, 1), dtype=np.uint8), r"\[10\]; got \[10, 1\] of uint8"),
        (np.zeros(10), r"\[10\]; got \[10\] of float64"),
        (np.arange(10), r"must hold labels in 0\.\.2 \(dataset\.classes: 3\); got 0\.\.9"),
        (np.arange(10) % 3 - 1, r"must hold labels in 0\.\.2 .*; got -1\.\.1"),
        (np.arange(10) % 2, r"must hold every class in 0\.\.2; got none of 2"),
    ],
)
def test_labels_must_be_one_class_a_sample(images: str, tmp_path: Path, labels: np.ndarray, message: str) -> None:
    np.save(tmp_path / "y.npy", labels)
    made = TensorFile(path=images, shape="3x8x6", classes=3, labels=str(tmp_path / "y.npy"))
    with pytest.raises(DataError, match=rf"y\.npy {message}" if message.startswith("must") else message):
        made.load(None)
