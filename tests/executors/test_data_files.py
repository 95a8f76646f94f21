"""Files that a space names are found again from every folder, and are missed before anything is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gansearch.errors import DataError
from gansearch.executors.data_files import with_absolute_paths
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.plugins import load_file
from gansearch.space import SearchSpace, load_space

PLUGIN = '''
"""Points of a file. Source: none."""
from dataclasses import dataclass
from typing import ClassVar

from gansearch.data import DataSet
from gansearch.dimensions import Text, static
from gansearch.records import Geometry

@dataclass(frozen=True, kw_only=True)
class Filed(DataSet):
    """Points of a file."""
    name: ClassVar[str] = "filed"
    geometry: ClassVar[Geometry] = Geometry(shape=(2,), bounded=False, classes=0)
    path: str = static(None, Text("a path"), "file")
    labels: str = static(None, Text("a path"), "file of labels")
    title: str = static(None, Text("a title"), "what it is called")
'''
Space = Callable[..., SearchSpace]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def space(tmp_path: Path) -> Space:
    """A space over points of a file."""
    plugin, path = tmp_path / "filed.py", tmp_path / "filed.yaml"
    plugin.write_text(PLUGIN, encoding="utf-8")
    path.write_text("name: filed\nplan: {trials: 1}\ndataset: {name: filed}\n", encoding="utf-8")
    load_file(plugin)
    return lambda **changes: load_space(str(path), {key.replace("__", "."): value for key, value in changes.items()})


def test_a_path_is_looked_for_in_the_data_folder_first(space: Space, here: Path, tmp_path: Path) -> None:
    given = space(dataset__path="points.npy", dataset__title="points.npy")
    (here / "points.npy").touch()
    assert with_absolute_paths(given, tmp_path / "data").fixed["dataset.path"] == str(here / "points.npy")

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "points.npy").touch()
    found = with_absolute_paths(given, tmp_path / "data")
    assert found.fixed["dataset.path"] == str(tmp_path / "data" / "points.npy")
    assert found.fixed["dataset.title"] == "points.npy"
    assert str(tmp_path / "data" / "points.npy") in found.source


def test_an_absolute_path_stays(space: Space, here: Path) -> None:
    (here / "1e4").touch()
    given = space(dataset__path=str(here / "1e4"))
    assert with_absolute_paths(given, None) is given
    assert with_absolute_paths(space(dataset__path='"1e4"'), None).fixed["dataset.path"] == str(here / "1e4")


def test_labels_and_weights_are_files_too(space: Space, here: Path) -> None:
    for name in ("points.npy", "labels.npy", "weights.pth"):
        (here / name).touch()
    given = space(dataset__path="points.npy", dataset__labels="labels.npy", evaluation__inception_weights="weights.pth")
    found = with_absolute_paths(given, None)
    assert found.fixed["dataset.labels"] == str(here / "labels.npy")
    assert found.evaluation.inception_weights == str(here / "weights.pth")


def test_what_is_not_there_is_told_before_anything_is_made(
    space: Space, here: Path, gansearch_home: Path, tmp_path: Path
) -> None:
    options = LaunchOptions(executor="local", plugins=(tmp_path / "filed.py",))
    with pytest.raises(DataError, match=r"dataset.path must name a file .*; got 'gone.npy', and there is no .*gone"):
        launch(space(dataset__path="gone.npy"), options)
    with pytest.raises(DataError, match=r"evaluation.inception_weights must name .*; got 'gone.pth'"):
        with_absolute_paths(space(evaluation__inception_weights="gone.pth"), None)
    assert not gansearch_home.exists()
