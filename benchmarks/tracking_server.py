"""A real MLflow server on a real database, both on loopback in a folder of their own, for the length of a benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gansearch.executors.own_cluster import mlflow_service, postgres_service
from gansearch.executors.own_cluster.databases import Choice, Wish, choose_database
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.ports import choose_ports
from gansearch.executors.own_cluster.processes import Command, end, start, wait
from gansearch.executors.own_cluster.state import Part, State, new_ray_folder


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    uri: str
    """Of MLflow."""
    database_url: str
    """Of its database; no password is in it."""
    database: str
    """What it is, for a reader."""


@contextmanager
def served(folder: Path, wish: Wish, processes: int | None = None) -> Iterator[Served]:
    """Start the database, where it is a server, and MLflow; end both.

    Args:
        folder: an empty one, which the account of PostgreSQL can enter.
        wish: which database.
        processes: of MLflow's server; None for as many as a cluster of one's own has.

    Raises:
        ExecutorError: where one of them does not come up, or there is no PostgreSQL.
    """
    layout = Layout(folder / "cluster")
    layout.make()
    choice = choose_database(layout, wish)
    state = _state(layout, choice)
    parts: list[Part] = []
    try:
        if choice.postgres is not None:
            _start_postgres(layout, state, choice.postgres, parts)
        parts.append(start(with_processes(mlflow_service.mlflow_command(layout, state), processes)))
        wait(parts[-1], lambda: mlflow_service.is_healthy(state), mlflow_service.LIMIT_S)
        yield Served(mlflow_service.tracking_uri(state), state.mlflow_database, choice.reason)
    finally:
        for part in reversed(parts):
            end([part], postgres_service.GRACE_S)


def with_processes(command: Command, processes: int | None) -> Command:
    """The command with so many processes of the server; as it is where that is None."""
    if processes is None:
        return command
    arguments = list(command.arguments)
    arguments[arguments.index("--workers") + 1] = str(processes)
    return replace(command, arguments=arguments)


def _state(layout: Layout, choice: Choice) -> State:
    names = [mlflow_service.NAME, *([postgres_service.NAME] if choice.postgres else [])]
    ports = choose_ports(names, {})
    mlflow, decisions = choice.mlflow_url(layout, ports), choice.decisions_url(layout, ports)
    return State(choice.name, choice.reason, mlflow, decisions, 0, 1, 0, new_ray_folder(), ports, {})


def _start_postgres(layout: Layout, state: State, found: postgres_service.Postgres, parts: list[Part]) -> None:
    postgres_service.make_data(layout, found)
    parts.append(start(postgres_service.postgres_command(layout, state, found)))
    wait(parts[-1], lambda: postgres_service.is_ready(state, found), postgres_service.LIMIT_S)
    postgres_service.make_databases(layout, state, found)
