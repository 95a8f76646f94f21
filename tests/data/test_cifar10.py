from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch

from gansearch.data import cifar10
from gansearch.data.cifar10 import ARCHIVE, Cifar10
from gansearch.errors import DataError

Write = Callable[[Mapping[str, bytes]], Path]
BATCH = "cifar-10-batches-bin/data_batch_2.bin"


def test_images_and_labels_are_those_of_the_archive(cifar10_dir: Path) -> None:
    data = Cifar10().load(cifar10_dir)
    assert data.test is not None
    assert data.train.values.shape == (50, 3, 32, 32)
    assert data.test.values.shape == (10, 3, 32, 32)
    expected = (torch.arange(50) % 10)[:, None] + torch.tensor([0, 100, 200])
    assert torch.equal(data.train.values.long(), expected[:, :, None, None].expand(-1, -1, 32, 32))
    assert data.train.labels.tolist() == [*range(10)] * 5


def test_pixels_are_in_the_order_of_rows(write_cifar: Write, small_members: dict[str, bytes]) -> None:
    image = bytes([7]) + bytes(range(256)) * 12
    data = Cifar10().load(write_cifar({**small_members, "cifar-10-batches-bin/test_batch.bin": image}))
    assert data.test is not None
    assert data.test.labels.tolist() == [7]
    assert data.test.values[0, 2, 1, :3].tolist() == [32, 33, 34]
    assert data.test.values[0, 0, 31, 31].item() == 255


def test_a_flipped_bit_is_found_before_anything_is_read(cifar10_dir: Path) -> None:
    path = cifar10_dir / "cifar10" / ARCHIVE
    content = bytearray(path.read_bytes())
    content[50] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match=rf"{path} must have the MD5 \w+; got \w+, so it is damaged\. --data-dir"):
        Cifar10().load(cifar10_dir)


def test_a_missing_archive_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"{ARCHIVE} must exist; got no such file\. --data-dir \(or GANSEARCH_DATA\)"):
        Cifar10().load(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "bytes an image; got 0 bytes in all"),
        (bytes(3072), "must hold 3073 bytes an image; got 3072 bytes in all"),
        (bytes([10]) + bytes(3072), r"must hold labels in 0\.\.9; got 10"),
    ],
)
def test_a_batch_of_another_form_is_named(
    write_cifar: Write, small_members: dict[str, bytes], content: bytes, message: str
) -> None:
    with pytest.raises(DataError, match=rf"data_batch_2\.bin of .*{ARCHIVE} .*{message}"):
        Cifar10().load(write_cifar({**small_members, BATCH: content}))


def test_a_batch_that_is_not_there_is_named(write_cifar: Write, small_members: dict[str, bytes]) -> None:
    del small_members[BATCH]
    with pytest.raises(DataError, match=rf"must hold every batch; got: .*{BATCH}.*--data-dir"):
        Cifar10().load(write_cifar(small_members))


@pytest.mark.parametrize("damage", [lambda packed: packed[: len(packed) // 2], lambda _: b"no archive"])
def test_what_is_no_whole_archive_is_refused(
    cifar10_dir: Path, damage: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cifar10_dir / "cifar10" / ARCHIVE
    path.write_bytes(damage(path.read_bytes()))
    monkeypatch.setattr(cifar10, "MD5", hashlib.md5(path.read_bytes()).hexdigest())
    with pytest.raises(DataError, match=rf"{path} must be a whole \.tar\.gz archive; got: .*--data-dir"):
        Cifar10().load(cifar10_dir)


def test_without_a_folder_the_archive_comes_from_the_download(
    cifar10_dir: Path, gansearch_home: Path, serve: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cifar10, "SITE", serve(cifar10_dir / "cifar10"))
    data = Cifar10().load(None)
    (cifar10_dir / "cifar10" / ARCHIVE).unlink()
    assert Cifar10().load(None).checksum == data.checksum
    assert [path.name for path in (gansearch_home / "cache" / "data").rglob("*")] == ["cifar10", ARCHIVE]


def test_a_download_that_fails_says_what_to_do(
    tmp_path: Path, root: Path, serve: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cifar10, "SITE", serve(tmp_path / "empty"))
    with pytest.raises(DataError, match=r"cifar10 could not be downloaded: http.*: HTTP Error 404: .*holds cifar10/"):
        Cifar10().load(None)
