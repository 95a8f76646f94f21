"""A process knows by names and sizes whether it finds the data that another one has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gansearch.data.folders import ENVIRONMENT
from gansearch.executors.data_places import EDGE, DataPlaces, Found, data_places, found_at
from gansearch.executors.launch import LaunchOptions, trial_context
from gansearch.records import Setting
from gansearch.space import load_space
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext


@pytest.fixture
def context(tmp_path: Path, ring_file: Path) -> TrialContext:
    space = load_space(str(ring_file), {})
    return trial_context(space, Storage(tmp_path / "study"), LaunchOptions())


@pytest.fixture
def ring_file(tmp_path: Path) -> Path:
    path = tmp_path / "rings.yaml"
    path.write_text(
        "name: rings\ndataset: {name: ring}\ngenerator: {architecture: mlp}\ndiscriminator: {architecture: mlp}\n"
        "training: {epochs: 1}\nplan: {kind: search, trials: 1, objective: {metric: frechet_distance}}\n",
        encoding="utf-8",
    )
    return path


def test_a_folder_is_known_by_the_names_and_sizes_of_its_files(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        (folder / "cats").mkdir(parents=True)
        (folder / "cats" / "1.png").write_bytes(b"12345")
        (folder / "2.png").write_bytes(b"123")
    (here / ".lock").write_bytes(b"")
    assert found_at(here) == found_at(there)
    found = found_at(here)
    assert found is not None
    assert str(found) == "2 files of 8 bytes in all"
    (there / "2.png").rename(there / "3.png")
    assert found_at(there) != found
    assert str(found_at(there)) == str(found)
    assert found_at(tmp_path / "nowhere") is None


def test_a_file_is_known_by_its_size_and_edges(tmp_path: Path) -> None:
    path = tmp_path / "faces.npz"
    path.write_bytes(b"a" * (3 * EDGE))
    before = found_at(path)
    path.write_bytes(b"a" * (3 * EDGE - 1) + b"b")
    assert isinstance(before, Found)
    assert found_at(path) != before
    assert str(found_at(path)) == str(before) == f"1 file of {3 * EDGE:,} bytes in all"
    path.write_bytes(b"")
    assert str(found_at(path)) == "1 file of 0 bytes in all"


def test_places_are_the_paths_of_a_data_set_and_of_the_weights(tmp_path: Path, context: TrialContext) -> None:
    settings: dict[str, Setting] = {
        "dataset.name": "image_folder",
        "dataset.path": str(tmp_path),
        "dataset.size": 8,
    }
    assert data_places(settings, context, with_weights=False) == DataPlaces((str(tmp_path),))
    weighed = replace(context, inception_weights="/w.pth")
    assert data_places(settings, weighed, with_weights=True).shown() == (str(tmp_path), "/w.pth")
    assert data_places(settings, weighed, with_weights=False).shown() == (str(tmp_path),)


def test_a_known_data_set_lies_in_the_folder_that_the_user_named(
    tmp_path: Path, context: TrialContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, given = {"dataset.name": "cifar10"}, replace(context, data_dir=str(tmp_path))
    assert data_places(settings, given, with_weights=True) == DataPlaces((), str(tmp_path))  # no such folder
    (tmp_path / "cifar10").mkdir()
    places = data_places(settings, given, with_weights=True)
    assert places.shown() == (str(tmp_path / "cifar10"),)
    assert places.found() == (found_at(tmp_path / "cifar10"),)
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    places = data_places(settings, context, with_weights=True)
    assert places.shown() == (str(tmp_path / "cifar10"),)
    monkeypatch.delenv(ENVIRONMENT)
    assert places.found() == (None,)  # as on a node where nobody has set it
    assert data_places(settings, context, with_weights=True) == DataPlaces()  # each process downloads it


def test_what_is_drawn_needs_no_files(context: TrialContext) -> None:
    assert data_places({"dataset.name": "ring"}, context, with_weights=True).found() == ()
