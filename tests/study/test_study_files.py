from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gansearch.errors import (
    CorruptFileError,
    StudyError,
    StudyExistsError,
    StudyNotFoundError,
)
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, list_studies, open_readonly, request_stop

Space = Callable[..., SearchSpace]


def directions(study: Study) -> list[str]:
    reader = study._reader
    return [direction.name for direction in reader.database.optuna.get_study_directions(reader.study_id)]


def test_a_name_is_taken_once(small_space: Space, folder: Storage) -> None:
    Study.check_free("s", folder)
    Study.create(small_space(), name="s", storage=folder, seed=1).close()
    for make in (Study.check_free, lambda *_: Study.create(small_space(), name="s", storage=folder, seed=1)):
        with pytest.raises(StudyExistsError, match=r"a study called 's' exists already in .*gansearch resume s"):
            make("s", folder)


def test_a_study_that_was_never_made_whole_is_made_anew(small_space: Space, folder: Storage, runner: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gansearch.study.opening.write_space", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError, match="division"):
            Study.create(small_space({"plan.objective.direction": "maximize"}), name="s", storage=folder, seed=1)
    Study.check_free("s", folder)
    with pytest.raises(StudyNotFoundError, match="there is no study 's'"):
        Study.open("s", folder)
    with Study.create(small_space({"plan.trials": 2}), name="s", storage=folder, seed=1) as study:
        assert len(runner(study).drain()) == 2
        assert directions(study) == ["MINIMIZE"]


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x" * 101, "ä"])
def test_a_name_is_a_word(small_space: Space, folder: Storage, name: str) -> None:
    with pytest.raises(StudyError, match="must have at most 100 letters, digits, dots, dashes and underscores; got"):
        Study.create(small_space(), name=name, storage=folder, seed=1)
    assert folder.list() == []


def test_what_does_not_exist_is_not_made_by_looking(folder: Storage) -> None:
    for look in (
        lambda: Study.open("s", folder),
        lambda: open_readonly("s", folder),
        lambda: request_stop("s", folder),
    ):
        with pytest.raises(StudyNotFoundError, match=r"there is no study 's' in .*studies/s"):
            look()
    assert folder.list() == []


def test_the_space_is_kept_and_must_not_change(small_space: Space, folder: Storage) -> None:
    space = small_space({"plan.trials": 7})
    Study.create(space, name="s", storage=folder, seed=3).close()
    with Study.open("s", folder) as study:
        assert study.space.plan == space.plan
        assert study.space.parameters == space.parameters
        assert (study.seed, study.name, len(study.id)) == (3, "s", 32)
    folder.write("space.yaml", folder.read("space.yaml").replace(b"7", b"8"))
    with pytest.raises(CorruptFileError, match=r"space\.yaml has changed since the study was made"):
        Study.open("s", folder)


def test_a_space_must_be_what_its_own_yaml_says(small_space: Space, folder: Storage) -> None:
    from dataclasses import replace

    space = small_space()
    with pytest.raises(StudyError, match="the space 'small' must be what its own YAML says"):
        Study.create(replace(space, plan=replace(space.plan, trials=99)), name="s", storage=folder, seed=1)


def test_studies_are_listed(small_space: Space, tmp_path: Path) -> None:
    studies = Storage(tmp_path / "studies")
    assert list_studies(studies) == []
    for name in ("b", "a"):
        Study.create(small_space(), name=name, storage=studies.folder(name), seed=1).close()
    studies.write("not-a-study/file", b"")
    studies.write("half-made/database", b"journal")
    assert list_studies(studies) == ["a", "b"]


def test_reading_changes_nothing_while_somebody_drives(small_space: Space, folder: Storage, runner: Any) -> None:
    with Study.create(small_space(), name="s", storage=folder, seed=1) as study:
        runner(study).drain(2)
        running = study.ask()
        runner(study).report(running, 4, 1.0)
        before = folder.read("study.journal")
        with open_readonly("s", folder) as reader:
            status = reader.status()
            assert reader.trials() == study.trials()
            assert reader.space == study.space
            assert reader.best_assignments(1) == study.best_assignments(1)
        assert folder.read("study.journal") == before
    assert status.counts == {"completed": 2, "running": 1}
    assert [(row.number, row.epoch) for row in status.running] == [(2, 4)]
    assert (status.trials, status.trials_wanted, status.epochs) == (3, 10, 22)
    assert status.holder is not None
    assert open_readonly("s", folder).status().holder is None
