from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gansearch.errors import SpecError, StorageError
from gansearch.records import Assignment
from gansearch.space.plan import DetectorSettings
from gansearch.storage import Storage
from gansearch.trial.runner_folder import context_of, runner_folder
from gansearch.trial.spec import Spec
from gansearch.trial.spec_reader import read_spec


@pytest.fixture
def spec(make: Callable[..., Assignment]) -> Spec:
    return Spec("s", 0, None, DetectorSettings(), (make(0), make(1)))


def test_a_new_folder_keeps_the_list(spec: Spec, tmp_path: Path) -> None:
    with runner_folder(tmp_path / "a" / "b", spec):
        pass
    assert read_spec(tmp_path / "a" / "b" / "spec.json") == spec


def test_one_runner_at_a_time(spec: Spec, tmp_path: Path) -> None:
    with (
        runner_folder(tmp_path, spec),
        pytest.raises(SpecError, match=r"must be held by one runner at a time; process \d+ on .* holds it"),
        runner_folder(tmp_path, spec),
    ):
        pass
    with runner_folder(tmp_path, spec):
        pass


def test_another_list_is_refused_and_another_way_to_run_it_is_not(spec: Spec, tmp_path: Path) -> None:
    with runner_folder(tmp_path, spec):
        pass
    with runner_folder(tmp_path, replace(spec, lanes=8, stop_after_s=1.0)):
        pass
    with (
        pytest.raises(SpecError, match=r"was begun with another list, .* they differ in seed; give that list"),
        runner_folder(tmp_path, replace(spec, seed=1)),
    ):
        pass


def test_the_folder_of_a_study_is_refused(spec: Spec, tmp_path: Path) -> None:
    Storage(tmp_path).write("records/s-0.records", b"")
    with (
        pytest.raises(SpecError, match=r"must be a new folder or one that a runner began; it holds 'records'"),
        runner_folder(tmp_path, spec),
    ):
        pass


def test_a_folder_that_cannot_be_made(spec: Spec, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with (
        pytest.raises(StorageError, match=r"file/folder cannot be made: a part of its path is not a folder"),
        runner_folder(tmp_path / "file" / "folder", spec),
    ):
        pass


def test_plug_ins_are_written_beside_the_records(spec: Spec, tmp_path: Path) -> None:
    context = context_of(replace(spec, plugins={"mine.py": "x = 1\n"}), Storage(tmp_path))
    assert context.plugins == (str(tmp_path / "plugins" / "mine.py"),)
    assert (tmp_path / "plugins" / "mine.py").read_text(encoding="utf-8") == "x = 1\n"
