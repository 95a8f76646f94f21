from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

from gansearch.data import _picture_cache
from gansearch.data._picture_cache import KeptPictures, kept_pictures
from gansearch.data._picture_folder import picture_folder
from gansearch.data._pictures import each_picture
from gansearch.errors import StorageError
from gansearch.storage.home import cache_dir

SIZE = 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve pictures, the i-th with the shade i everywhere, and two that are none."""
    path = tmp_path / "pictures"
    path.mkdir()
    for shade in range(12):
        Image.new("L", (SIZE, SIZE), shade).save(path / f"{shade:02}.png")
    (path / "empty.png").write_bytes(b"")
    (path / "words.png").write_bytes(b"words")
    return path


@pytest.fixture
def no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(paths: list[Path], **_: object) -> list[object]:
        assert not paths, "nothing must be decoded"
        return []

    monkeypatch.setattr(_picture_cache, "each_picture", refused)


def kept(folder: Path, size: int = SIZE) -> KeptPictures:
    return kept_pictures(picture_folder(folder), size=size, channels=1)


def shades(pictures: KeptPictures) -> list[int]:
    return pictures.values[:, 0, 0, 0].tolist()


def test_the_rows_are_the_good_pictures_in_a_drawn_order(folder: Path) -> None:
    pictures = kept(folder)
    assert pictures.values.shape == (12, 1, SIZE, SIZE)
    assert [f"{shade:02}.png" for shade in shades(pictures)] == list(pictures.names)
    assert sorted(shades(pictures)) == list(range(12))
    assert shades(pictures) != list(range(12))
    assert pictures.bad[0] == ("empty.png", "the file is empty")
    assert pictures.bad[1][0] == "words.png"
    assert pictures.checksum == hashlib.sha256(pictures.values.numpy().tobytes()).hexdigest()
    assert pictures.path.parent == cache_dir() / "pictures"
    assert pictures.path.read_bytes() == pictures.values.numpy().tobytes()
    assert pictures.decoded_s is not None


def test_the_second_call_decodes_nothing(folder: Path, request: pytest.FixtureRequest) -> None:
    first = kept(folder)
    request.getfixturevalue("no_decoding")
    second = kept(folder)
    assert second.decoded_s is None
    assert torch.equal(second.values, first.values)
    assert (second.names, second.bad, second.checksum) == (first.names, first.bad, first.checksum)


@pytest.mark.parametrize("change", ["write", "add", "remove", "rename", "touch"])
def test_a_changed_folder_is_decoded_anew(change: str, folder: Path) -> None:
    before = kept(folder)
    if change == "write":
        Image.new("L", (SIZE, SIZE), 99).save(folder / "03.png", compress_level=0)
    elif change == "add":
        Image.new("L", (SIZE, SIZE), 99).save(folder / "99.png")
    elif change == "remove":
        (folder / "03.png").unlink()
    elif change == "rename":
        (folder / "03.png").rename(folder / "33.png")
    else:
        os.utime(folder / "03.png", ns=(1, 1))
    after = kept(folder)
    assert after.decoded_s is not None
    assert after.path != before.path
    assert (99 in shades(after)) == (change in ("write", "add"))
    assert len(after.values) == {"add": 13, "remove": 11}.get(change, 12)


def test_other_sizes_and_folders_are_kept_apart(folder: Path) -> None:
    assert len({kept(folder).path, kept(folder, 4).path}) == 2
    twin = folder.with_name("twin")
    twin.mkdir()
    for path in folder.iterdir():
        (twin / path.name).write_bytes(bytes(path.stat().st_size))
        os.utime(twin / path.name, ns=(0, path.stat().st_mtime_ns))
    assert len(kept(folder).values) == 12
    assert len(kept(twin).values) == 0


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (".bin", b"\x07" * SIZE * SIZE),
        (".bin", b"\x07" * 13 * SIZE * SIZE),
        (".bin", b""),
        (".bin", None),
        (".json", None),
        (".json", b""),
        (".json", b'{"format": 1, "count"'),
        (".json", b"[]"),
        (".json", b'{"folder": "", "count": 12, "shape": [1, 8], "checksum": "", "bad": []}'),
        (".json", b'{"folder": "", "count": 12, "shape": [1, 8, 8], "checksum": "", "bad": []}'),
        (".json", b"\xff\xfe"),
    ],
    ids=lambda value: value if isinstance(value, str) else "missing" if value is None else str(len(value)),
)
def test_a_damaged_cache_is_made_anew(part: str, content: bytes | None, folder: Path) -> None:
    before = kept(folder)
    values = before.values.clone()  # a map of a file that is cut is no memory any more
    path = before.path.with_suffix(part)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    after = kept(folder)
    assert after.decoded_s is not None
    assert after.checksum == before.checksum
    assert torch.equal(after.values, values)
    assert len(shades(after)) == 12


def test_an_interrupted_start_leaves_nothing_that_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object, **options: object) -> object:
        pictures = each_picture(*given, **options)  # type: ignore[arg-type]
        yield next(pictures)
        raise KeyboardInterrupt

    monkeypatch.setattr(_picture_cache, "each_picture", interrupted)
    with pytest.raises(KeyboardInterrupt):
        kept(folder)
    assert [path.suffix for path in (cache_dir() / "pictures").iterdir()] == [".lock"]
    monkeypatch.undo()


def test_a_picture_that_the_system_withheld_is_tried_again(folder: Path) -> None:
    (folder / "link.png").symlink_to(folder.parent / "later.png")
    first = kept(folder)
    assert ("link.png", "No such file or directory") in first.bad
    assert kept(folder).decoded_s is None
    said = json.loads(first.path.with_suffix(".json").read_text(encoding="utf-8"))
    assert sorted(said["bad"])[1] == ["link.png", "No such file or directory", False]
    withheld = folder / "00.png"
    said["bad"].append([withheld.name, "Permission denied", False])
    said["count"] -= 1
    first.path.with_suffix(".json").write_text(json.dumps(said), encoding="utf-8")
    first.path.write_bytes(first.path.read_bytes()[: -SIZE * SIZE])
    again = kept(folder)  # it can be read by now
    assert again.decoded_s is not None
    assert len(again.values) == 12


def test_writing_to_the_values_leaves_the_file_as_it_is(folder: Path) -> None:
    pictures = kept(folder)
    before = pictures.path.read_bytes()
    pictures.values.fill_(7)
    assert shades(pictures) == [7] * 12
    assert pictures.path.read_bytes() == before
    assert sorted(shades(kept(folder))) == list(range(12))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for its memory")
def test_a_file_larger_than_memory_can_be_mapped(tmp_path: Path) -> None:
    path = tmp_path / "sparse.bin"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    count = 2 * memory // 2**20
    with path.open("wb") as file:
        file.truncate(count * 2**20)
    said = _picture_cache._Description("", count, (1, 2**10, 2**10), "", ())
    values = _picture_cache._mapped(path, said)
    assert values.shape == (count, 1, 2**10, 2**10)
    assert values.view(count, -1).index_select(0, torch.tensor([0, count // 2, count - 1])).max() == 0


@pytest.mark.parametrize("blocked", ["cache", "cache/pictures"])
def test_a_cache_that_cannot_be_written_is_named(blocked: str, folder: Path, gansearch_home: Path) -> None:
    path = gansearch_home / blocked
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    with pytest.raises(StorageError, match=r"the cache of pictures, .*GANSEARCH_HOME .* cannot be (read|written): "):
        kept(folder)


def test_a_full_disk_is_named_and_leaves_nothing_that_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="cannot be written: the disk is full; free some space"):
        kept(folder)
    assert [path.suffix for path in (cache_dir() / "pictures").iterdir()] == [".lock"]


def _ask(folder: str) -> tuple[bool, str]:
    found = kept(Path(folder))
    return found.decoded_s is not None, found.checksum


def test_of_processes_that_ask_at_once_one_decodes(folder: Path) -> None:
    context = multiprocessing.get_context("fork")
    with context.Pool(3) as pool:
        found = pool.map(_ask, [str(folder)] * 3, chunksize=1)
    assert sorted(is_new for is_new, _ in found) == [False, False, True]
    assert len({checksum for _, checksum in found}) == 1


def test_a_folder_without_a_good_picture_is_kept_too(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_bytes(b"words")
    for _ in range(2):
        pictures = kept(tmp_path)
        assert pictures.values.shape == (0, 1, SIZE, SIZE)
        assert len(pictures.bad) == 1
    assert pictures.decoded_s is None


def test_names_of_any_bytes_are_kept(folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    Image.new("L", (SIZE, SIZE), 77).save(folder / name)
    (folder / os.fsdecode(b"bad\xe9.png")).write_bytes(b"")
    assert name in kept(folder).names
    assert os.fsdecode(b"bad\xe9.png") in dict(kept(folder).bad)
