from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from socket import socket

import pytest
from torchvision.datasets import MNIST

from gansearch.data import Mnist
from gansearch.errors import DataError


@pytest.fixture
def mirror(data_dir: Path, serve: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """torchvision's mirror is the folder of the small files, served on this machine."""
    folder = data_dir / "mnist"
    packed = {path.name: hashlib.md5(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    monkeypatch.setattr(MNIST, "mirrors", [serve(folder)])
    monkeypatch.setattr(MNIST, "resources", [(name, packed[name]) for name, _ in MNIST.resources])
    return folder


def test_without_a_folder_the_files_come_from_the_download(mirror: Path, gansearch_home: Path) -> None:
    data = Mnist().load(None)
    assert data.checksum == Mnist().load(mirror.parent).checksum
    cache = gansearch_home / "cache" / "data"
    assert sorted(path.name for path in cache.iterdir()) == ["mnist"]
    assert sorted(path.name for path in (cache / "mnist").iterdir()) == sorted(path.name for path in mirror.iterdir())


def test_a_second_load_downloads_nothing(mirror: Path) -> None:
    first = Mnist().load(None)
    for path in mirror.iterdir():
        path.unlink()
    assert Mnist().load(None).checksum == first.checksum


def test_a_failed_download_says_what_to_do_and_leaves_nothing(
    data_dir: Path, gansearch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{unused.getsockname()[1]}/"])
        with pytest.raises(
            DataError, match=r"could not be downloaded: Error downloading train-images.*Give --data-dir"
        ):
            Mnist().load(None)
    assert list((gansearch_home / "cache" / "data" / "mnist").iterdir()) == []


def test_a_damaged_download_is_refused(mirror: Path) -> None:
    (mirror / "train-labels-idx1-ubyte.gz").write_bytes(b"<html>not here</html>")
    with pytest.raises(DataError, match=r"could not be downloaded: .*train-labels-idx1-ubyte\.gz"):
        Mnist().load(None)
