from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gansearch.data import _picture_cache
from gansearch.data.image_folder import ImageFolder
from gansearch.errors import DataError
from gansearch.records import Geometry
from gansearch.testing.contracts import check_data_set
from gansearch.training.batches import Batches, ready

COUNT = 30
CLASSES = 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten pictures in each of three folders, of mixed sizes, modes and formats; the i-th is about as bright as i."""
    chance = np.random.default_rng(0)
    path = tmp_path / "pictures"
    for index in range(COUNT):
        height, width = chance.integers(9, 40, size=2)
        noise = chance.integers(0, 5, size=(height, width, 3)) + 8 * index
        image = Image.fromarray(noise.astype(np.uint8)).convert(("RGB", "L", "RGBA", "P")[index % 4])
        place = path / f"{'abc'[index % CLASSES]}" / f"{index:02}.{('png', 'bmp', 'png', 'gif')[index % 4]}"
        place.parent.mkdir(parents=True, exist_ok=True)
        image.save(place)
    return path


@pytest.fixture
def with_bad(folder: Path) -> Path:
    (folder / "a" / "empty.png").write_bytes(b"")
    (folder / "b" / "words.jpg").write_bytes(b"words")
    return folder


def test_contract(folder: Path) -> None:
    check_data_set(ImageFolder(path=str(folder), size=8))
    check_data_set(ImageFolder(path=str(folder), size=9, channels=1, classes=CLASSES, held_out=0.4))


def test_the_geometry_follows_from_the_fields_alone() -> None:
    said = ImageFolder(path="/nowhere", size=32, channels=1, classes=7)
    assert said.geometry == Geometry(shape=(1, 32, 32), bounded=True, classes=7)
    assert ImageFolder(path="/nowhere").geometry == Geometry(shape=(3, 64, 64), bounded=True, classes=0)


def test_a_folder_is_one_unlabelled_training_split(folder: Path) -> None:
    data = ImageFolder(path=str(folder), size=8).load(None)
    assert data.train.values.shape == (COUNT, 3, 8, 8)
    assert data.train.labels.tolist() == [0] * COUNT
    assert data.test is None
    assert data.is_mapped
    brightness = data.train.values.float().mean(dim=(1, 2, 3)).sort().values
    assert (brightness - (8 * torch.arange(COUNT) + 2)).abs().max() < 4  # a palette of the web rounds


def test_the_second_load_decodes_nothing_and_is_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ImageFolder(path=str(folder), size=8).load(None)
    monkeypatch.setattr(_picture_cache, "_decode", None)
    second = ImageFolder(path=str(folder), size=8).load(None)
    assert torch.equal(first.train.values, second.train.values)
    assert first.checksum == second.checksum
    assert "decoded in " in first.notes[0]
    assert second.notes == (f"30 pictures as 3 x 8 x 8, 0.0 MB, kept in {_only_cache()}",)


def _only_cache() -> Path:
    from gansearch.storage.home import cache_dir

    (path,) = (cache_dir() / "pictures").glob("*.bin")
    return path


def test_folders_are_classes_in_the_order_of_their_names(folder: Path) -> None:
    data = ImageFolder(path=str(folder), size=8, classes=CLASSES).load(None)
    assert data.train.labels.bincount().tolist() == [10, 10, 10]
    index = ((data.train.values.float().mean(dim=(1, 2, 3)) - 2) / 8).round().long()
    assert torch.equal(index % CLASSES, data.train.labels)


def test_held_out_pictures_are_the_last_of_a_fixed_order(folder: Path) -> None:
    whole = ImageFolder(path=str(folder), size=8).load(None)
    parted = ImageFolder(path=str(folder), size=8, held_out=0.2).load(None)
    assert parted.test is not None
    assert (len(parted.train), len(parted.test)) == (24, 6)
    assert parted.reference[0] == "test"
    assert torch.equal(torch.cat([parted.train.values, parted.test.values]), whole.train.values)
    assert len(list(_only_cache().parent.glob("*.bin"))) == 1


def test_the_smallest_share_holds_out_one_picture(folder: Path) -> None:
    data = ImageFolder(path=str(folder), size=8, held_out=0.001).load(None)
    assert data.test is not None
    assert (len(data.train), len(data.test)) == (29, 1)


def test_the_checksum_tells_pictures_labels_and_splits_apart(folder: Path) -> None:
    def checksum(**fields: float) -> str:
        return ImageFolder(path=str(folder), **{"size": 8, **fields}).load(None).checksum  # type: ignore[arg-type]

    got = [checksum(), checksum(size=9), checksum(classes=3), checksum(held_out=0.2), checksum(channels=1)]
    Image.new("L", (8, 8), 3).save(folder / "a" / "new.png")
    got.append(checksum())
    assert len(set(got)) == len(got)
    twin = folder.with_name("twin")
    folder.rename(twin)
    assert ImageFolder(path=str(twin), size=8).load(None).checksum == got[-1]


def test_bad_pictures_are_named_in_one_error(with_bad: Path) -> None:
    expected = (
        r"every picture in .*pictures must be readable; got 2 of 32 that are not\. Mend or remove them, or go on "
        r"without them: skip_bad: true \(--skip-bad\)\n"
        r"  a/empty\.png: the file is empty\n  b/words\.jpg: in none of the formats PNG, .*PPM$"
    )
    for _ in range(2):  # decoded, then kept
        with pytest.raises(DataError, match=expected):
            ImageFolder(path=str(with_bad), size=8).load(None)


def test_bad_pictures_can_be_left_out(with_bad: Path) -> None:
    data = ImageFolder(path=str(with_bad), size=8, skip_bad=True).load(None)
    assert len(data.train) == COUNT
    assert data.notes[1].startswith(
        "2 of 32 pictures cannot be read and are left out: a/empty.png (the file is empty), b/words.jpg (in none of"
    )


def test_other_files_are_counted(folder: Path) -> None:
    (folder / "readme.txt").write_text("words", encoding="utf-8")
    (folder / ".hidden.png").write_bytes(b"")
    data = ImageFolder(path=str(folder), size=8).load(None)
    assert data.notes[-1] == "2 other files (hidden, or no pictures by their names) are passed over"
    assert len(data.train) == COUNT


def test_a_path_must_be_given() -> None:
    with pytest.raises(DataError, match="image_folder: path must be given: the folder that holds the pictures"):
        ImageFolder()


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    def load(**fields: bool) -> None:
        ImageFolder(path=str(tmp_path / "few"), size=8, **fields).load(None)

    with pytest.raises(DataError, match="few must be the folder that holds the pictures; got no such folder"):
        load()
    (tmp_path / "few").mkdir()
    with pytest.raises(DataError, match=r"few must hold pictures \(\.png, .*\.ppm\); got no file at all"):
        load()
    (tmp_path / "few" / "notes.txt").write_bytes(b"")
    with pytest.raises(DataError, match=r"few must hold pictures .*; got none among 1 files"):
        load()
    Image.new("L", (8, 8)).save(tmp_path / "few" / "a.png")
    with pytest.raises(DataError, match="few must hold at least 2 pictures; got 1"):
        load()
    (tmp_path / "few" / "b.png").write_bytes(b"words")
    with pytest.raises(DataError, match=r"at least 2 pictures that can be read; got 1 of 2\n  b\.png: in none"):
        load(skip_bad=True)


def test_there_must_be_as_many_folders_as_classes(folder: Path) -> None:
    (folder / "d").mkdir()
    expected = (
        "classes must be the number of folders that lie in .*pictures, or 0; got 3 and 4 folders: a, b, c, and 1 more"
    )
    with pytest.raises(DataError, match=expected):
        ImageFolder(path=str(folder), classes=3).load(None)
    with pytest.raises(DataError, match=r"without 1 of the 4 classes: d$"):
        ImageFolder(path=str(folder), size=8, classes=4).load(None)


def test_with_classes_every_picture_lies_in_a_folder(folder: Path) -> None:
    (folder / "a" / "00.png").rename(folder / "loose.png")
    with pytest.raises(DataError, match=r"in the folder of its class; got 1 directly in .*pictures: loose\.png"):
        ImageFolder(path=str(folder), classes=3).load(None)


def test_every_class_must_be_held_out_too(folder: Path) -> None:
    with pytest.raises(
        DataError, match=r"got 2 pictures in a split without [12] of the 3 classes: .*\(held_out is 0.05\)"
    ):
        ImageFolder(path=str(folder), size=8, classes=3, held_out=0.05).load(None)


def test_a_folder_that_cannot_be_read_is_named(folder: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    (folder / "a").chmod(0)
    with pytest.raises(DataError, match=r"a must be a folder that can be read; got: Permission denied"):
        ImageFolder(path=str(folder)).load(None)


def test_batches_are_gathered_from_the_mapped_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gansearch.training.batches._READY_BYTES", 0)
    data = ImageFolder(path=str(folder), size=8, held_out=0.1).load(None)
    samples = ready(data.train, torch.device("cpu"), torch.float32)
    assert samples.values.data_ptr() == data.train.values.data_ptr()
    shown = Batches(samples, lanes=2, batch_size=4, per_step=1, dtype=torch.float32).take(
        torch.tensor([[0, 5, 9, 26], [1, 1, 2, 3]])
    )
    assert torch.equal(shown.images[0, 3], data.train.batch(torch.tensor(26)))
