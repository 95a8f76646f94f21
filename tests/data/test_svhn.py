from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import savemat
from torchvision.datasets import SVHN

from gansearch.data import svhn
from gansearch.data.svhn import MD5, SITE, Svhn, read_mat
from gansearch.errors import DataError


def test_images_and_labels_are_those_of_the_files(svhn_dir: Path) -> None:
    data = Svhn().load(svhn_dir)
    assert data.test is not None
    assert data.train.values.shape == (20, 3, 32, 32)
    assert data.test.values.shape == (10, 3, 32, 32)
    expected = torch.arange(20)[:, None] + torch.tensor([0, 100, 200])
    assert torch.equal(data.train.values[:, :, 1, 2].long(), expected)
    assert int((data.train.values != 0).sum()) == int((expected != 0).sum())


def test_class_10_is_the_digit_0(svhn_dir: Path) -> None:
    assert Svhn().load(svhn_dir).train.labels.tolist() == [*range(10), *range(10)]


def test_they_are_those_that_torchvision_reads(svhn_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {split: [*said[:2], svhn.MD5.get(said[1], "")] for split, said in SVHN.split_list.items()}
    monkeypatch.setattr(SVHN, "split_list", known)
    theirs = SVHN(str(svhn_dir / "svhn"), split="train")
    ours = Svhn().load(svhn_dir).train
    assert np.array_equal(ours.values.numpy(), theirs.data)
    assert ours.labels.tolist() == theirs.labels.tolist()


def test_the_known_files_are_those_that_torchvision_knows() -> None:
    published = {file: (url, md5) for url, file, md5 in SVHN.split_list.values()}
    assert {file: (SITE + file, md5) for file, md5 in MD5.items()} == {file: published[file] for file in MD5}


def test_a_truncated_file_is_refused_before_it_is_read(svhn_dir: Path) -> None:
    path = svhn_dir / "svhn" / "test_32x32.mat"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=rf"{path} must have the MD5 \w+; got \w+, so it is damaged\. --data-dir"):
        Svhn().load(svhn_dir)


def test_a_missing_file_is_named_with_what_to_do(svhn_dir: Path) -> None:
    path = svhn_dir / "svhn" / "train_32x32.mat"
    path.unlink()
    with pytest.raises(DataError, match=rf"{path} must exist; got no such file\. --data-dir \(or GANSEARCH_DATA\)"):
        Svhn().load(svhn_dir)


def test_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.mat"
    savemat(path, {"X": np.zeros((32, 32, 3, 4), dtype=np.uint8), "y": np.ones((5, 1))})
    with pytest.raises(DataError, match=r"must hold uint8 X .*; got \{'X': \(32, 32, 3, 4\), 'y': \(5, 1\)"):
        read_mat(path, hashlib.md5(path.read_bytes()).hexdigest())


def test_without_a_folder_the_files_come_from_the_download(
    svhn_dir: Path, gansearch_home: Path, serve: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = svhn_dir / "svhn"
    monkeypatch.setattr(svhn, "SITE", serve(folder))
    data = Svhn().load(None)
    for path in folder.iterdir():
        path.unlink()
    assert Svhn().load(None).checksum == data.checksum
    cache = gansearch_home / "cache" / "data"
    assert sorted(path.name for path in cache.rglob("*")) == ["svhn", "test_32x32.mat", "train_32x32.mat"]


def test_a_damaged_download_is_refused_and_leaves_nothing(
    svhn_dir: Path, gansearch_home: Path, serve: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (svhn_dir / "svhn" / "test_32x32.mat").write_bytes(b"<html>not here</html>")
    monkeypatch.setattr(svhn, "SITE", serve(svhn_dir / "svhn"))
    with pytest.raises(DataError, match=r"could not be downloaded: .*test_32x32\.mat must have the MD5 .*--data-dir"):
        Svhn().load(None)
    assert list((gansearch_home / "cache" / "data" / "svhn").iterdir()) == []
