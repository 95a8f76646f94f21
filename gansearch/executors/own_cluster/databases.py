"""Which database a cluster keeps its runs and its studies' decisions in, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster import postgres_service
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.postgres_service import Postgres, UnusableError


class Wish(StrEnum):
    """What the user asks for."""

    AUTO = "auto"
    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"


@dataclass(frozen=True)
class Choice:
    """What is taken."""

    postgres: Postgres | None
    """None for SQLite."""
    reason: str
    """As a sentence fragment."""

    @property
    def name(self) -> str:
        """As the state has it."""
        return Wish.SQLITE if self.postgres is None else Wish.POSTGRESQL

    def mlflow_url(self, layout: Layout, ports: Mapping[str, int]) -> str:
        """Where MLflow's server keeps runs."""
        if self.postgres is None:
            return f"sqlite:///{layout.mlflow_database}"
        return postgres_service.database_url(layout, ports, self.postgres.driver, postgres_service.MLFLOW_DATABASE)

    def decisions_url(self, layout: Layout, ports: Mapping[str, int]) -> str:
        """Where studies keep what they decided."""
        if self.postgres is None:
            return f"sqlite:///{layout.decisions_database}"
        return postgres_service.database_url(layout, ports, self.postgres.driver, postgres_service.DECISIONS_DATABASE)


def choose_database(layout: Layout, wish: Wish) -> Choice:
    """PostgreSQL where it can be used, else SQLite; what an earlier start has kept its data in stays.

    Raises:
        ExecutorError: where what is wished cannot be had, or is not what the data are in.
    """
    kept = _kept(layout)
    if kept is not None and wish not in (Wish.AUTO, kept):
        raise ExecutorError(
            f"the data in {layout.folder} are in {kept}, and the database asked for is {wish}: leave --database out, "
            "or remove the data with `gansearch cluster down --remove-data`"
        )
    if Wish.SQLITE in (kept, wish):
        return Choice(None, "its data are there already" if kept else "it was asked for")
    try:
        found = postgres_service.find_postgres(layout)
    except UnusableError as error:
        if Wish.POSTGRESQL in (kept, wish):
            raise ExecutorError(f"the cluster's database cannot be PostgreSQL: {error}") from None
        return Choice(None, str(error))
    return Choice(found, f"PostgreSQL {found.version} is installed, in {found.programs}")


def _kept(layout: Layout) -> Wish | None:
    if postgres_service.has_data(layout):
        return Wish.POSTGRESQL
    return Wish.SQLITE if layout.mlflow_database.exists() or layout.decisions_database.exists() else None
