from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest
import torch
from torchvision.datasets import CelebA as Published

from gansearch.data.celeba import ATTRIBUTES, MD5, CelebA
from gansearch.errors import DataError

TRAINING, TEST = 6, 2


def zipped(data_dir: Path) -> Path:
    """The pictures' folder replaced by the archive, in which they lie in a folder, as it is published."""
    folder = data_dir / "celeba" / "img_align_celeba"
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.iterdir()):
            file.write(path, f"img_align_celeba/{path.name}")
            path.unlink()
    folder.rmdir()
    return archive


def test_the_parts_are_those_of_the_list(celeba_dir: Path) -> None:
    data = CelebA().load(celeba_dir)
    assert data.test is not None
    assert data.train.values.shape == (TRAINING, 3, 64, 64)
    assert data.test.values.shape == (TEST, 3, 64, 64)
    # The central square of the i-th is of the grey 20 i; the white above and below is cut off, but for JPEG's traces.
    train, test = (sorted(part.values.float().mean((1, 2, 3)).tolist()) for part in (data.train, data.test))
    assert train == pytest.approx([0, 20, 40, 60, 80, 100], abs=3)
    assert test == pytest.approx([160, 180], abs=3)
    assert data.train.labels.tolist() == [0] * TRAINING
    assert data.is_mapped


def test_an_attribute_makes_two_classes(celeba_dir: Path) -> None:
    data = CelebA(size=16, attribute="Smiling").load(celeba_dir)
    assert data.geometry.classes == 2
    assert data.test is not None
    for part in (data.train, data.test):
        face = part.values[:, 0].float().mean((1, 2)).div(20).round().long()
        assert torch.equal(part.labels, face % 2)


def test_the_classes_and_the_size_are_part_of_the_checksum(celeba_dir: Path) -> None:
    sets = (CelebA(size=16), CelebA(size=8), CelebA(size=16, attribute="Smiling"))
    assert len({data_set.load(celeba_dir).checksum for data_set in sets}) == len(sets)


def test_the_archive_is_as_good_as_the_folder(celeba_dir: Path, gansearch_home: Path) -> None:
    before = CelebA(size=16).load(celeba_dir).checksum
    archive = zipped(celeba_dir)
    assert CelebA(size=16).load(celeba_dir).checksum == before
    assert CelebA(size=16).load(celeba_dir).checksum == before
    (unpacked,) = (gansearch_home / "cache" / "data" / "celeba").iterdir()
    assert len(list(unpacked.iterdir())) == 10
    assert archive.is_file()


@pytest.mark.parametrize("keep", [0, 300, -200])
def test_a_truncated_archive_is_refused_and_leaves_nothing(celeba_dir: Path, gansearch_home: Path, keep: int) -> None:
    archive = zipped(celeba_dir)
    archive.write_bytes(archive.read_bytes()[:keep])
    with pytest.raises(DataError, match=rf"{archive} must be a whole zip archive; got: .*--data-dir"):
        CelebA().load(celeba_dir)
    assert list((gansearch_home / "cache" / "data" / "celeba").iterdir()) == []


def test_a_damaged_picture_of_the_archive_is_refused(celeba_dir: Path) -> None:
    archive = zipped(celeba_dir)
    content = bytearray(archive.read_bytes())
    content[200] ^= 0xFF
    archive.write_bytes(bytes(content))
    with pytest.raises(DataError, match=rf"{archive} must be a whole zip archive; got: Bad CRC-32"):
        CelebA().load(celeba_dir)


def test_missing_pictures_are_counted_and_named(celeba_dir: Path) -> None:
    (celeba_dir / "celeba" / "img_align_celeba" / "000003.jpg").unlink()
    with pytest.raises(DataError, match=r"must hold 10 pictures; got 9 of them, not 000003\.jpg\. --data-dir"):
        CelebA().load(celeba_dir)


def test_damaged_pictures_are_counted_and_named(celeba_dir: Path) -> None:
    path = celeba_dir / "celeba" / "img_align_celeba" / "000003.jpg"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(DataError, match=r"(?s)pictures that can be read; got 1 that cannot.*\n  000003\.jpg: "):
        CelebA().load(celeba_dir)


def test_without_folder_and_archive_it_says_what_is_wanted(celeba_dir: Path) -> None:
    zipped(celeba_dir).unlink()
    with pytest.raises(DataError, match=r"must hold the folder img_align_celeba/ or img_align_celeba\.zip; got nei"):
        CelebA().load(celeba_dir)


@pytest.mark.parametrize(
    ("name", "attribute"), [("list_eval_partition.txt", None), ("list_attr_celeba.txt", "Smiling")]
)
def test_other_lists_are_refused(celeba_dir: Path, name: str, attribute: str | None) -> None:
    path = celeba_dir / "celeba" / name
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(DataError, match=rf"{path} must have the MD5 \w+; got \w+, so it is damaged\. --data-dir"):
        CelebA(attribute=attribute).load(celeba_dir)
    path.unlink()
    with pytest.raises(DataError, match=rf"{path} must exist; got no such file\. --data-dir"):
        CelebA(attribute=attribute).load(celeba_dir)


def test_the_list_of_attributes_is_not_needed_without_one(celeba_dir: Path) -> None:
    (celeba_dir / "celeba" / "list_attr_celeba.txt").unlink()
    assert len(CelebA(size=16).load(celeba_dir).train) == TRAINING


def test_the_known_files_are_those_that_torchvision_knows() -> None:
    published = {file: md5 for _, md5, file in Published.file_list}
    assert {file: published[file] for file in MD5} == dict(MD5)
    assert len(set(ATTRIBUTES)) == 40


def test_without_a_folder_the_files_come_from_torchvision(
    celeba_dir: Path, gansearch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = CelebA(size=16).load(celeba_dir)

    def download(self: Published, root: str, download: bool) -> None:
        self.root = root
        (celeba_dir / "celeba").rename(Path(root) / "celeba")

    monkeypatch.setattr(Published, "__init__", download)
    assert CelebA(size=16).load(None).checksum == before.checksum
    assert CelebA(size=16).load(None).checksum == before.checksum
    cache = gansearch_home / "cache" / "data" / "celeba"
    assert sorted(path.name for path in cache.iterdir()) == ["img_align_celeba", *sorted(MD5)]


def test_without_gdown_it_says_what_to_do(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gdown", None)
    with pytest.raises(
        DataError, match=r"celeba could not be downloaded: .*pip install gdown.* Give --data-dir .*holds celeba/"
    ):
        CelebA().load(None)
