from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gansearch.storage.shared_files import locked, whole_file


def test_a_file_comes_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with whole_file(path) as file:
        file.write(b"new")
        assert not path.exists()
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["a.bin"]


def test_what_breaks_off_leaves_what_was(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def break_off() -> None:
        with whole_file(path) as file:
            file.write(b"new")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        break_off()
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.bin"]


def test_one_at_a_time_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a.bin"
    inside: list[int] = []

    def work(number: int) -> None:
        with locked(path):
            inside.append(number)
            time.sleep(0.02)
            assert inside == [number]
            inside.remove(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert path.parent.is_dir()
    assert not path.exists()
