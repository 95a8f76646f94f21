from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from socket import socket

import pytest

from gansearch.data._download import downloaded, fetch_file
from gansearch.errors import DataError

CONTENT = b"content" * 1000
MD5 = hashlib.md5(CONTENT).hexdigest()


def fetch(scratch: Path) -> Path:
    """Fetches a file and a folder into a folder of their own."""
    (scratch / "raw" / "pictures").mkdir(parents=True)
    (scratch / "raw" / "pictures" / "1.png").write_bytes(b"picture")
    (scratch / "raw" / "list.txt").write_bytes(b"new")
    return scratch / "raw"


def test_files_and_folders_are_fetched_once(gansearch_home: Path) -> None:
    folder = downloaded("faces", ["pictures", "list.txt"], fetch, wanted="pictures")
    assert folder == gansearch_home / "cache" / "data" / "faces"
    assert (folder / "pictures" / "1.png").read_bytes() == b"picture"

    def never(_: Path) -> Path:
        raise AssertionError("nothing is missing")

    assert downloaded("faces", ["pictures", "list.txt"], never, wanted="pictures") == folder
    assert [path.name for path in folder.parent.iterdir()] == ["faces"]


def test_what_is_there_already_stays(gansearch_home: Path) -> None:
    folder = gansearch_home / "cache" / "data" / "faces"
    folder.mkdir(parents=True)
    (folder / "list.txt").write_bytes(b"old")
    downloaded("faces", ["pictures", "list.txt"], fetch, wanted="pictures")
    assert (folder / "list.txt").read_bytes() == b"old"
    assert (folder / "pictures").is_dir()


def test_a_folder_that_another_worker_moved_meanwhile_is_as_good(gansearch_home: Path) -> None:
    folder = gansearch_home / "cache" / "data" / "faces"

    def meanwhile(scratch: Path) -> Path:
        (folder / "pictures").mkdir()
        (folder / "pictures" / "1.png").write_bytes(b"theirs")
        return fetch(scratch)

    downloaded("faces", ["pictures", "list.txt"], meanwhile, wanted="pictures")
    assert (folder / "pictures" / "1.png").read_bytes() == b"theirs"


@pytest.mark.parametrize("error", [OSError("no route"), RuntimeError("no route."), ImportError("no  route")])
def test_what_fails_says_what_to_do(error: Exception) -> None:
    def fail(_: Path) -> Path:
        raise error

    message = (
        r"faces could not be downloaded: no route\. Give --data-dir \(or GANSEARCH_DATA\) the folder that holds faces/ "
        r"with pictures, or none$"
    )
    with pytest.raises(DataError, match=message):
        downloaded("faces", ["list.txt"], fail, wanted="pictures", instead=", or none")


def test_a_file_is_fetched_whole(tmp_path: Path, serve: Callable[[Path], str]) -> None:
    (tmp_path / "there").write_bytes(CONTENT)
    fetch_file(serve(tmp_path) + "there", tmp_path / "here", MD5)
    assert (tmp_path / "here").read_bytes() == CONTENT


def test_another_file_is_refused(tmp_path: Path, serve: Callable[[Path], str]) -> None:
    (tmp_path / "there").write_bytes(CONTENT[:-1])
    with pytest.raises(OSError, match=rf"there must have the MD5 {MD5}; got \w+$"):
        fetch_file(serve(tmp_path) + "there", tmp_path / "here", MD5)


def test_a_server_that_has_no_such_file_is_told(tmp_path: Path, serve: Callable[[Path], str]) -> None:
    with pytest.raises(OSError, match=r"http://.*/there: HTTP Error 404: File not found"):
        fetch_file(serve(tmp_path) + "there", tmp_path / "here", MD5)


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="refused"):
            fetch_file(f"http://127.0.0.1:{unused.getsockname()[1]}/there", tmp_path / "here", MD5)
