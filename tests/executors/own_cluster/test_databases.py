"""PostgreSQL where it can be used, else SQLite, and always the one that the data are in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster import postgres_service
from gansearch.executors.own_cluster.databases import Wish, choose_database
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.postgres_service import Postgres, UnusableError

FOUND = Postgres(Path("/usr/lib/postgresql/15/bin"), "15", None, "psycopg")
PORTS = {"postgres": 20_001}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_service, "find_postgres", lambda _: FOUND)


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(layout: Layout) -> Postgres:
        raise UnusableError("PostgreSQL is not installed")

    monkeypatch.setattr(postgres_service, "find_postgres", find)


@pytest.mark.usefixtures("installed")
def test_postgresql_is_taken_where_it_is_there(folder: Layout) -> None:
    choice = choose_database(folder, Wish.AUTO)
    base = "postgresql+psycopg://gansearch@127.0.0.1:20001"

    assert (choice.name, choice.reason) == (
        "postgresql",
        "PostgreSQL 15 is installed, in /usr/lib/postgresql/15/bin",
    )
    assert choice.mlflow_url(folder, PORTS) == f"{base}/mlflow?passfile={folder.passfile}"
    assert choice.decisions_url(folder, PORTS) == f"{base}/gansearch?passfile={folder.passfile}"


@pytest.mark.usefixtures("absent")
def test_sqlite_is_taken_where_there_is_no_postgresql(folder: Layout) -> None:
    choice = choose_database(folder, Wish.AUTO)

    assert (choice.name, choice.reason) == ("sqlite", "PostgreSQL is not installed")
    assert choice.mlflow_url(folder, {}) == f"sqlite:///{folder.mlflow_database}"
    assert choice.decisions_url(folder, {}) == f"sqlite:///{folder.decisions_database}"


@pytest.mark.usefixtures("absent")
def test_postgresql_that_is_asked_for_and_absent_is_an_error(folder: Layout) -> None:
    with pytest.raises(ExecutorError, match="database cannot be PostgreSQL: PostgreSQL is not installed"):
        choose_database(folder, Wish.POSTGRESQL)


@pytest.mark.usefixtures("installed")
def test_data_stay_where_they_are(folder: Layout) -> None:
    folder.mlflow_database.touch()

    choice = choose_database(folder, Wish.AUTO)

    assert (choice.name, choice.reason) == ("sqlite", "its data are there already")
    with pytest.raises(ExecutorError, match="are in sqlite, and the database asked for is postgresql"):
        choose_database(folder, Wish.POSTGRESQL)


@pytest.mark.usefixtures("absent")
def test_data_of_a_postgresql_that_has_gone_are_not_passed_over(folder: Layout) -> None:
    version = folder.postgres / "data" / "PG_VERSION"
    version.parent.mkdir(parents=True)
    version.write_text("15\n")

    with pytest.raises(ExecutorError, match="database cannot be PostgreSQL: PostgreSQL is not installed"):
        choose_database(folder, Wish.AUTO)
