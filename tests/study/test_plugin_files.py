"""A study keeps its plug-in files: in order, with hashes, and workers read them from wherever it lies."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from gansearch.errors import CorruptFileError, PluginError
from gansearch.plugins import load_file
from gansearch.storage import Storage
from gansearch.study.plugin_files import check_given, contents, keep, kept, load
from gansearch.tricks import tricks

TRICK = '''
from dataclasses import dataclass
from typing import ClassVar
from gansearch.tricks import Trick

@dataclass(frozen=True, kw_only=True, eq=False)
class Idle(Trick):
    """Does nothing."""
    name: ClassVar[str] = "NAME"
    paper: ClassVar[str] = "none"
'''


def written(path: Path, name: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TRICK.replace("NAME", name), encoding="utf-8")
    return path


@pytest.fixture(params=["local", "remote"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return Storage(tmp_path / "study" if request.param == "local" else f"memory://{uuid.uuid4().hex}/study")


def test_files_are_kept_in_order_and_found_by_their_addresses(storage: Storage, tmp_path: Path) -> None:
    files = [written(tmp_path / f"{name}.py", name) for name in ("zero", "one")]
    keep(storage, [*files, files[0]])

    assert kept(storage) == (f"{storage.url}/plugins/zero.py", f"{storage.url}/plugins/one.py")
    load(storage)
    assert {"zero", "one"} <= set(tricks.names())


def test_what_is_kept_is_what_was_imported(storage: Storage, tmp_path: Path) -> None:
    path = written(tmp_path / "mine.py", "mine")
    load_file(path)
    path.write_text("changed since", encoding="utf-8")
    keep(storage, [path])

    assert storage.read("plugins/mine.py").decode() == TRICK.replace("NAME", "mine")


def test_two_different_files_of_one_name_are_refused(tmp_path: Path) -> None:
    files = [written(tmp_path / name / "mine.py", name) for name in ("a", "b")]

    with pytest.raises(PluginError, match=r"must have different names; got two different files called mine.py"):
        contents(files)


def test_a_copy_that_was_changed_in_the_study_is_refused(storage: Storage, tmp_path: Path) -> None:
    keep(storage, [written(tmp_path / "mine.py", "mine")])
    storage.write("plugins/mine.py", b"x = 1\n")

    with pytest.raises(CorruptFileError, match=r"plugins/mine.py has changed since the study was made"):
        load(storage)


@pytest.mark.parametrize("damaged", [b"", b"[]", b'{"files": [{}]}', b"\xff"])
def test_a_damaged_list_is_told(damaged: bytes, storage: Storage) -> None:
    storage.write("plugins/index.json", damaged)

    with pytest.raises(CorruptFileError, match=r"plugins/index.json is damaged"):
        kept(storage)


def test_a_study_without_a_list_has_the_files_that_lie_there(storage: Storage, tmp_path: Path) -> None:
    for name in ("zero", "one"):
        storage.write(f"plugins/{name}.py", TRICK.replace("NAME", name).encode())

    assert [address.rpartition("/")[2] for address in kept(storage)] == ["one.py", "zero.py"]
    load(storage)
    assert {"zero", "one"} <= set(tricks.names())


def test_files_given_again_must_be_those_that_are_kept(storage: Storage, tmp_path: Path) -> None:
    mine = written(tmp_path / "mine.py", "mine")
    keep(storage, [mine])
    check_given(storage, [mine])

    with pytest.raises(PluginError, match=r"other.py is none of .*: leave it out, or launch another study with it"):
        check_given(storage, [written(tmp_path / "other.py", "other")])
    with pytest.raises(
        PluginError, match=r"mine.py differs from the copy in .*/plugins: leave it out to use that copy"
    ):
        check_given(storage, [written(tmp_path / "later" / "mine.py", "mine2")])


def test_the_list_says_hashes(storage: Storage, tmp_path: Path) -> None:
    keep(storage, [written(tmp_path / "mine.py", "mine")])

    (said,) = json.loads(storage.read("plugins/index.json"))["files"]
    assert (said["name"], len(said["sha256"])) == ("mine.py", 64)
