import errno
import os
import pickle
from pathlib import Path

import fsspec
import pytest

from gansearch.errors import StorageError
from gansearch.storage import Storage, local_files


@pytest.fixture(params=["local", "memory", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "local":
        return Storage(tmp_path / "s")
    if request.param == "s3":
        return Storage(request.getfixturevalue("s3"))
    url = f"memory://{tmp_path.as_posix().replace('/', '-')}/s"
    return Storage(url)


def test_what_is_written_is_read(storage: Storage) -> None:
    storage.write("a/b.bin", b"one")
    storage.write("a/b.bin", b"two")
    assert storage.read("a/b.bin") == b"two"
    assert storage.exists("a/b.bin")
    assert storage.exists("a")
    assert not storage.exists("a/c.bin")


def test_list_names_every_file_below_a_path_as_read_takes_them(storage: Storage) -> None:
    for path in ("z.bin", "a/2.bin", "a/deep/1.bin", "ab/3.bin"):
        storage.write(path, path.encode())
    assert storage.list("a") == ["a/2.bin", "a/deep/1.bin"]
    assert storage.list() == ["a/2.bin", "a/deep/1.bin", "ab/3.bin", "z.bin"]
    assert storage.list("nothing") == []
    assert storage.read(storage.list("a")[1]) == b"a/deep/1.bin"


def test_folders_are_storages_of_their_own(storage: Storage) -> None:
    storage.folder("one").write("x", b"1")
    storage.folder("two").write("x", b"2")
    assert storage.folders() == ["one", "two"]
    assert storage.read("two/x") == b"2"


def test_deleting_twice_is_no_error(storage: Storage) -> None:
    storage.write("x", b"1")
    storage.delete("x")
    storage.delete("x")
    assert not storage.exists("x")


def test_reading_what_is_missing_says_where(storage: Storage) -> None:
    with pytest.raises(StorageError, match=r"nowhere\.bin cannot be read"):
        storage.read("nowhere.bin")


def test_it_travels_to_other_processes(storage: Storage) -> None:
    storage.write("x", b"1")
    assert pickle.loads(pickle.dumps(storage)).read("x") == b"1"


@pytest.mark.parametrize("path", ["../x", "/etc/x", "", "a/../../x"])
def test_a_path_stays_within_its_storage(storage: Storage, path: str) -> None:
    with pytest.raises(StorageError, match="must be relative and stay within its storage"):
        storage.write(path, b"")


def test_only_a_local_storage_has_local_paths(tmp_path: Path) -> None:
    assert Storage(f"file://{tmp_path}").local_path("x") == tmp_path / "x"
    assert Storage("memory://somewhere").local_path("x") is None


def test_a_url_that_nothing_serves_is_refused() -> None:
    with pytest.raises(StorageError, match="the storage nonsense://x cannot be used"):
        Storage("nonsense://x")


def test_a_failed_write_leaves_the_old_content_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Storage(tmp_path)
    storage.write("x", b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="x cannot be written: the disk is full"):
        storage.write("x", b"new")
    assert storage.read("x") == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_file_that_is_being_written_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / f".x.1234{local_files.TEMPORARY}").write_bytes(b"half")
    assert Storage(tmp_path).list() == []


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EROFS, "read-only"), (errno.EACCES, "no permission"), (errno.EDQUOT, "quota is spent")],
)
def test_errors_say_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str) -> None:
    def fail(path: Path, content: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(local_files, "_write_durably", fail)
    with pytest.raises(StorageError, match=f"x cannot be written: .*{said}"):
        Storage(tmp_path).write("x", b"")


def test_a_part_of_the_path_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be written"):
        Storage(tmp_path).write("file/x", b"")


def test_writers_of_one_file_leave_one_of_their_contents(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    storage = Storage(tmp_path)
    contents = [bytes([number]) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: storage.write("x", content), contents))
    assert storage.read("x") in contents
    assert storage.list() == ["x"]


def test_remote_content_written_by_others_is_seen(tmp_path: Path) -> None:
    storage = Storage("memory://shared-by-two/s")
    assert storage.list() == []
    fsspec.filesystem("memory").pipe_file("/shared-by-two/s/new", b"1")
    assert storage.list() == ["new"]
    assert storage.read("new") == b"1"


def test_a_server_that_does_not_answer_is_told(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Storage(s3)
    storage.write("x", b"1")
    assert storage.read("x") == b"1"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    with pytest.raises(StorageError, match=r"of-all/x cannot be read: .*Could not connect"):
        Storage(s3).read("x")
