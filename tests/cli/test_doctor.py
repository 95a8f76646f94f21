"""``gansearch doctor``."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from gansearch.data import datasets

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GANSEARCH_DATA", raising=False)


def test_it_says_versions_cores_storage_and_data_and_changes_nothing(run: Run, gansearch_home: Path) -> None:
    ended = run("doctor", "--json")

    said = json.loads(ended.out)
    assert ended.status == 0
    assert said["versions"]["torch"] == version("torch")
    assert 1 <= said["cores"]["usable"] <= said["cores"]["machine"]
    assert said["storage"]["home"] == str(gansearch_home)
    assert said["storage"]["free_gib"] > 0
    assert set(said["data"]) == set(datasets.names())
    assert said["data"]["mnist5k"]["samples"] == 5000
    assert {name for name, each in said["data"].items() if each["note"] == "named by its path in a search space"} == {
        dataset.name for dataset in datasets if dataset.is_users_own
    }
    downloaded = {name for name, each in said["data"].items() if str(each["note"]).startswith("downloaded at first")}
    assert downloaded == {dataset.name for dataset in datasets if dataset.is_downloaded}
    assert not gansearch_home.exists()


def test_its_text_has_a_line_for_each(run: Run, gansearch_home: Path) -> None:
    lines = run("doctor").out.splitlines()

    assert [line for line in lines if line.startswith("storage ") and str(gansearch_home) in line]
    assert [line for line in lines if line.startswith("data mnist5k ") and "5000 samples" in line]


def test_what_is_to_be_mended_is_status_1(run: Run, tmp_path: Path) -> None:
    ended = run("doctor", "--data-dir", str(tmp_path))

    assert ended.status == 1
    assert "to mend: " in ended.err
    assert str(tmp_path / "mnist") in ended.err


def test_a_folder_without_any_data_set_is_told_once(run: Run, tmp_path: Path) -> None:
    ended = run("doctor", "--data-dir", str(tmp_path))

    assert ended.err.count("must name a folder that holds one folder a data set") == 1


def test_what_a_folder_lacks_is_noted_and_what_it_has_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    (tmp_path / "celeba" / "img_align_celeba").mkdir(parents=True)
    ended = run("doctor", "--json", "--data-dir", str(tmp_path))

    said = json.loads(ended.out)["data"]
    assert "train-images-idx3-ubyte.gz must exist" in said["mnist"]["problem"]
    assert said["kmnist"] == {
        "samples": None,
        "checksum": None,
        "problem": None,
        "note": f"not in {tmp_path}, which --data-dir (or GANSEARCH_DATA) names: nothing is downloaded then",
    }
    assert said["celeba"]["note"] == f"in {tmp_path / 'celeba'}, read at first use"


def test_large_files_are_not_read(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "cifar10"
    folder.mkdir()
    with (folder / "cifar-10-binary.tar.gz").open("wb") as file:
        file.truncate(60_000_000)
    ended = run("doctor", "--json", "--data-dir", str(tmp_path))

    assert ended.status == 0
    assert json.loads(ended.out)["data"]["cifar10"]["note"] == f"in {folder}, read at first use"


def test_what_was_downloaded_is_read(run: Run, gansearch_home: Path) -> None:
    folder = gansearch_home / "cache" / "data" / "svhn"
    folder.mkdir(parents=True)
    (folder / "train_32x32.mat").write_bytes(b"damaged")
    (folder / "test_32x32.mat").write_bytes(b"damaged")
    ended = run("doctor", "--json")

    assert "train_32x32.mat must have the MD5" in json.loads(ended.out)["data"]["svhn"]["problem"]


def test_a_home_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder", encoding="utf-8")
    ended = run("doctor", "--json", "--home", str(file / "home"))

    assert ended.status == 1
    assert "GANSEARCH_HOME" in json.loads(ended.out)["storage"]["problem"]
