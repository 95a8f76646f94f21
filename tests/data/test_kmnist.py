from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torchvision import datasets as published

from gansearch.data.kmnist import MD5, Kmnist
from gansearch.errors import DataError


def test_images_and_labels_are_those_of_the_files(kmnist_dir: Path) -> None:
    data = Kmnist().load(kmnist_dir)
    assert data.test is not None
    assert (len(data.train), len(data.test)) == (20, 10)
    assert torch.equal(data.train.values[:, 0, 13, 7], torch.arange(20, dtype=torch.uint8))
    assert torch.equal(data.train.labels, torch.arange(20) % 10)


def test_the_known_checksums_are_those_of_torchvision() -> None:
    assert {f"{name}.gz": md5 for name, md5 in MD5.items()} == dict(published.KMNIST.resources)


def test_other_files_are_refused(kmnist_dir: Path) -> None:
    path = kmnist_dir / "kmnist" / "t10k-labels-idx1-ubyte.gz"
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content, compresslevel=1, mtime=1))
    with pytest.raises(DataError, match=rf"{path} must have the MD5 \w+; got \w+, so it is damaged\. --data-dir"):
        Kmnist().load(kmnist_dir)


def test_a_missing_file_is_named_with_what_to_do(kmnist_dir: Path) -> None:
    path = kmnist_dir / "kmnist" / "train-images-idx3-ubyte.gz"
    path.unlink()
    with pytest.raises(DataError, match=rf"{path} must exist; got no such file\. --data-dir .* kmnist/ with"):
        Kmnist().load(kmnist_dir)


def test_without_a_folder_the_files_come_from_the_download(
    kmnist_dir: Path, gansearch_home: Path, serve: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = kmnist_dir / "kmnist"
    monkeypatch.setattr(published.KMNIST, "mirrors", [serve(folder)])
    resources = [(f"{name}.gz", md5) for name, md5 in Kmnist.files.md5.items()]
    monkeypatch.setattr(published.KMNIST, "resources", resources)
    data = Kmnist().load(None)
    assert data.checksum == Kmnist().load(kmnist_dir).checksum
    cache = gansearch_home / "cache" / "data" / "kmnist"
    assert sorted(path.name for path in cache.iterdir()) == sorted(path.name for path in folder.iterdir())
