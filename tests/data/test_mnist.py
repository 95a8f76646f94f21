from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torchvision.datasets import MNIST

from gansearch.data import Mnist
from gansearch.data.folders import data_folder
from gansearch.data.mnist import MD5
from gansearch.errors import DataError
from gansearch.testing.contracts import check_data

TRAIN, TEST, SIDE = 20, 10, 28


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def test_images_and_labels_are_those_of_the_files(data_dir: Path) -> None:
    data = Mnist().load(data_dir)
    assert data.train.values.shape == (TRAIN, 1, SIDE, SIDE)
    assert data.test is not None
    assert data.test.values.shape == (TEST, 1, SIDE, SIDE)
    assert torch.equal(data.train.values[:, 0, 13, 7], torch.arange(TRAIN, dtype=torch.uint8))
    assert torch.equal(data.train.labels, torch.arange(TRAIN) % 10)
    assert data.reference[0] == "test"


def test_the_environment_stands_for_the_argument(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSEARCH_DATA", str(data_dir))
    assert Mnist().load(None).checksum == Mnist().load(data_dir).checksum


def test_the_argument_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSEARCH_DATA", "/elsewhere")
    assert data_folder(Path("/here"), "mnist") == Path("/here/mnist")
    assert data_folder(None, "mnist") == Path("/elsewhere/mnist")


def test_an_empty_variable_names_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANSEARCH_DATA", "")
    assert data_folder(None, "mnist") is None


def test_other_compressions_are_as_good(data_dir: Path, small_files: dict[str, bytes]) -> None:
    before = Mnist().load(data_dir).checksum
    for name, content in small_files.items():
        (data_dir / "mnist" / f"{name}.gz").write_bytes(gzip.compress(content, compresslevel=1, mtime=1))
    assert Mnist().load(data_dir).checksum == before


@pytest.mark.parametrize("name", sorted(MD5))
def test_a_missing_file_is_named_with_what_to_do(data_dir: Path, name: str) -> None:
    path = data_dir / "mnist" / f"{name}.gz"
    path.unlink()
    with pytest.raises(DataError, match=rf"{path} must exist; got no such file\. --data-dir \(or GANSEARCH_DATA\)"):
        Mnist().load(data_dir)


def test_a_folder_without_mnist_is_refused_not_downloaded(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the folder that holds mnist/ with the four original \.gz files"):
        Mnist().load(tmp_path)


def test_a_flipped_bit_is_found(data_dir: Path, small_files: dict[str, bytes]) -> None:
    name = "train-images-idx3-ubyte"
    content = bytearray(small_files[name])
    content[100] ^= 1
    (data_dir / "mnist" / f"{name}.gz").write_bytes(gzip.compress(bytes(content)))
    known, got = md5(small_files[name]), md5(bytes(content))
    with pytest.raises(DataError, match=f"{name}.gz must have the MD5 {known} when decompressed; got {got}"):
        Mnist().load(data_dir)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda packed: packed[: len(packed) // 2], "must be a whole gzip file; got: Compressed file ended"),
        (lambda _: b"<html>not found</html>", "must be a readable gzip file; got: Not a gzipped file"),
        (lambda packed: packed[:-8] + bytes(8), "must be a readable gzip file; got: CRC check failed"),
        (lambda packed: packed[:10] + b"\xff" * 20 + packed[30:], "must be a whole gzip file; got: Error -3"),
        (lambda _: b"", "must have the MD5"),
    ],
)
def test_a_damaged_archive_is_named_with_what_to_do(
    data_dir: Path, damage: Callable[[bytes], bytes], message: str
) -> None:
    path = data_dir / "mnist" / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=rf"(?s){path} {message}.*--data-dir"):
        Mnist().load(data_dir)


def test_images_and_labels_must_be_equally_many(
    data_dir: Path, small_files: dict[str, bytes], longer_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "train-labels-idx1-ubyte"
    (data_dir / "mnist" / f"{name}.gz").write_bytes(gzip.compress(longer_files[name]))
    known = {file: md5(content) for file, content in {**small_files, name: longer_files[name]}.items()}
    monkeypatch.setattr(Mnist, "files", replace(Mnist.files, md5=known))
    with pytest.raises(DataError, match="images and labels of train must be equally many; got 20 and 21"):
        Mnist().load(data_dir)


def test_the_known_files_are_those_that_torchvision_knows() -> None:
    assert {f"{name}.gz" for name in MD5} == {name for name, _ in MNIST.resources}


def test_the_original_files() -> None:
    folder = data_folder(None, "mnist")
    if folder is None:
        pytest.skip("GANSEARCH_DATA is not set: it names the folder that holds mnist/ with the original files")
    published = dict(MNIST.resources)
    for name in MD5:
        packed = (folder / f"{name}.gz").read_bytes()
        assert hashlib.md5(packed).hexdigest() == published[f"{name}.gz"]
    data = Mnist().load(None)
    check_data(data)
    assert data.test is not None
    assert (len(data.train), len(data.test)) == (60_000, 10_000)
    assert data.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.checksum == "69f4ce668565"
    # The mean and deviation of the training pixels that every tutorial normalises with.
    pixels = data.train.values.float() / 255
    assert pixels.mean().item() == pytest.approx(0.1307, abs=1e-4)
    assert pixels.std().item() == pytest.approx(0.3081, abs=1e-4)
    scaled = data.train.batch(torch.arange(100))
    assert (scaled.min().item(), scaled.max().item()) == (-1.0, 1.0)
