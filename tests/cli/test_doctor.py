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
    assert said["data"]["mnist"]["note"].startswith("downloaded at first use")
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


def test_a_home_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder", encoding="utf-8")
    ended = run("doctor", "--json", "--home", str(file / "home"))

    assert ended.status == 1
    assert "GANSEARCH_HOME" in json.loads(ended.out)["storage"]["problem"]
