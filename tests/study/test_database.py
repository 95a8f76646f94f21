from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from optuna.storages import RDBStorage
from sqlalchemy.exc import IntegrityError

from gansearch.errors import StorageError, StudyError, StudyExistsError, StudyLockedError
from gansearch.space import SearchSpace
from gansearch.storage import Storage
from gansearch.study import Study, database, open_readonly
from gansearch.study.database import open_database

Space = Callable[..., SearchSpace]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'optuna.db'}"


def test_a_study_lives_in_a_database(url: str, small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({"plan.trials": 4, "plan.replicates": 2, "plan.pruner": "median"})
    with Study.create(space, name="s", storage=folder, seed=1, database_url=url) as study:
        done = runner(study).drain(3)
        with pytest.raises(StudyLockedError, match="the study 's' is driven by"):
            Study.open("s", folder)
    assert not folder.exists("study.journal")
    with Study.open("s", folder) as study:
        done += runner(study).drain()
        assert study.status().counts == {"completed": 8}
    assert len({str(each.identity) for each in done}) == 8
    with open_readonly("s", folder) as reader:
        assert reader.status().trials == 4
    with pytest.raises(StudyExistsError, match="exists already"):
        Study.create(space, name="s", storage=folder, seed=1)


def test_the_same_study_in_either_place(url: str, small_space: Space, folder: Storage, runner: Any) -> None:
    space = small_space({"plan.trials": 5, "plan.sampler": {"name": "tpe", "n_startup_trials": 2}})
    rows = []
    for name, where in (("journal", None), ("database", url)):
        with Study.create(space, name="s", storage=folder.folder(name), seed=1, database_url=where) as study:
            runner(study).drain()
            rows.append([(row.params, row.values, row.intermediate) for row in study.trials()])
    assert rows[0] == rows[1]


def test_files_elsewhere_need_a_database(
    url: str, small_space: Space, runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Storage("memory://study-elsewhere/s")
    with pytest.raises(
        StudyError, match="is not on this machine, so its decisions need a database: set GANSEARCH_DATABASE"
    ):
        Study.create(small_space(), name="s", storage=elsewhere, seed=1)
    monkeypatch.setenv("GANSEARCH_DATABASE", url)
    with Study.create(small_space({"plan.trials": 2}), name="s", storage=elsewhere, seed=1) as study:
        runner(study).drain()
    monkeypatch.delenv("GANSEARCH_DATABASE")
    with Study.open("s", elsewhere) as study:
        assert study.status().counts == {"completed": 2}


def test_a_journal_stays_a_journal(
    url: str, small_space: Space, folder: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    Study.create(small_space(), name="s", storage=folder, seed=1).close()
    monkeypatch.setenv("GANSEARCH_DATABASE", url)
    Study.open("s", folder).close()


def test_cmaes_needs_a_journal(url: str, small_space: Space, folder: Storage) -> None:
    space = small_space({"plan.sampler": "cmaes"})
    study = Study.create(space, name="s", storage=folder, seed=1, database_url=url)
    with study, pytest.raises(StudyError, match="cmaes must not be used with a database"):
        study.ask()


@pytest.mark.parametrize("where", ["folder", "journal", "storage"])
def test_cmaes_needs_a_journal_that_nobody_else_writes(
    where: str, small_space: Space, folder: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    Study.create(small_space({"plan.sampler": "cmaes"}), name="s", storage=folder, seed=1).close()
    path = folder.local_path("study.journal")
    assert path is not None
    if where == "storage":
        monkeypatch.setenv("GANSEARCH_STORAGE", path.parent.parent.as_uri())
    else:
        shared = path if where == "journal" else path.parent
        shared.chmod(shared.stat().st_mode | 0o002)
    with Study.open("s", folder) as study, pytest.raises(StudyError, match="cmaes must not be used with a database"):
        study.ask()


def test_a_journal_of_ones_own_is_not_shared(small_space: Space, folder: Storage) -> None:
    Study.create(small_space(), name="s", storage=folder, seed=1).close()
    database = open_database(folder)
    assert not database.is_shared
    database.close()


@pytest.mark.parametrize("url", ["nonsense://me:s3cr3t@host/name", "nonsense://host/name?user=me&password=s3cr3t"])
def test_passwords_are_neither_kept_nor_told(url: str, small_space: Space, folder: Storage) -> None:
    with pytest.raises(StorageError, match=r"the database nonsense://.* cannot be opened") as caught:
        Study.create(small_space(), name="s", storage=folder, seed=1, database_url=url)
    told = "".join(traceback.format_exception(caught.value))
    kept = [folder.read(path).decode() for path in folder.list()]
    assert kept == [url.replace(":s3cr3t", "").replace("&password=s3cr3t", "")]
    assert "s3cr3t" not in told


@pytest.mark.parametrize("bad", ["nonsense", "nonsense://host/name", "sqlite:////no/such/folder/x.db"])
def test_a_database_that_cannot_be_opened_is_named(bad: str, small_space: Space, folder: Storage) -> None:
    with pytest.raises(StorageError, match=f"the database {bad} cannot be opened"):
        Study.create(small_space(), name="s", storage=folder, seed=1, database_url=bad)


def test_two_may_make_the_tables_of_one_database_at_a_time(
    url: str, small_space: Space, folder: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def overtaken(url: str) -> RDBStorage:
        opened.append(url)
        if len(opened) == 1:
            raise IntegrityError("CREATE TYPE studydirection", {}, Exception("already exists"))
        return RDBStorage(url)

    monkeypatch.setattr(database, "_optuna_storage", overtaken)
    Study.create(small_space(), name="s", storage=folder, seed=1, database_url=url).close()
    assert opened == [url, url]
