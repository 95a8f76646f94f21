"""Starts a cluster, or what is missing of one; what was started is ended again where it does not come up."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster import mlflow_service, postgres_service, ray_nodes
from gansearch.executors.own_cluster.databases import Choice, Wish, choose_database
from gansearch.executors.own_cluster.down import end_parts, forget
from gansearch.executors.own_cluster.interrupts import uninterrupted
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.ports import choose_ports, read_remembered
from gansearch.executors.own_cluster.private_files import ensure_secret
from gansearch.executors.own_cluster.processes import Command, members, start, wait
from gansearch.executors.own_cluster.ray_nodes import HEAD, worker_names
from gansearch.executors.own_cluster.state import State, new_ray_folder, read_state, write_state
from gansearch.storage.shared_files import locked, whole_file


@dataclass(frozen=True)
class Wanted:
    """What the user asks for; None takes what is up, or else the default."""

    workers: int | None = None
    num_cpus: int | None = None
    num_gpus: int | None = None
    database: Wish = Wish.AUTO


@dataclass(frozen=True)
class Started:
    """A cluster that is up."""

    state: State
    new: tuple[str, ...]
    """Names of the parts that were started now; none where it was up already."""


Say = Callable[[str], None]


def bring_up(layout: Layout, wanted: Wanted, say: Say) -> Started:
    """Start what does not run, in order: database, MLflow, head, workers.

    Args:
        layout: of the home.
        wanted: how many nodes, of what.
        say: told about each part, before it is waited for.

    Raises:
        ExecutorError: where a part does not come up, or what is up is not what is wanted.
    """
    with locked(layout.folder):
        layout.make()
        before = read_state(layout.state)
        if before is not None and not before.parts:  # of an earlier boot of the machine
            forget(layout, before)
            before = None
        as_before = before is not None and wanted.database is Wish.AUTO
        choice = choose_database(layout, Wish(before.database) if before and as_before else wanted.database)
        ensure_secret(layout.token)
        launch = _Launch(layout, _planned(layout, before, wanted, choice), choice, say)
        with launch.undone_on_error():
            launch.run()
        return Started(launch.state, tuple(launch.new))


def environment(layout: Layout, state: State) -> dict[str, str]:
    """What a shell needs to use the cluster; no secret is in it, but where each lies."""
    return {**ray_nodes.join_environment(layout, state), **_services(layout, state)}


def _services(layout: Layout, state: State) -> dict[str, str]:
    return {
        "GANSEARCH_HOME": str(layout.folder.parent),
        "GANSEARCH_DATABASE": state.decisions_database,
        "MLFLOW_TRACKING_URI": mlflow_service.tracking_uri(state),
    }


class _Launch:
    """One start: each part is written down as soon as its process exists."""

    def __init__(self, layout: Layout, state: State, choice: Choice, say: Say) -> None:
        self.state = state
        self.new: list[str] = []
        self._layout = layout
        self._choice = choice
        self._say = say

    def run(self) -> None:
        """Start what does not answer."""
        ray_nodes.make_ray_folder(self.state)
        if self._choice.postgres is not None and self._is_missing(postgres_service.NAME):
            self._start_postgres(self._choice.postgres)
        if self._is_missing(mlflow_service.NAME):
            self._start(mlflow_service.mlflow_command(self._layout, self.state))
        self._start_head()
        if mlflow_service.NAME in self.new:  # it has come up while the head did
            self._wait(mlflow_service.NAME, lambda: mlflow_service.is_healthy(self.state), mlflow_service.LIMIT_S)
        self._start_workers()

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """End what was started, and nothing else, where the block is left early, by Ctrl-C too."""
        try:
            yield
        except BaseException:
            self.state = end_parts(self._layout, self.state, self.new)
            if not self.state.parts:
                forget(self._layout, self.state)
            raise

    def _start_postgres(self, found: postgres_service.Postgres) -> None:
        postgres_service.make_data(self._layout, found)
        self._start(postgres_service.postgres_command(self._layout, self.state, found))
        ready = postgres_service.is_ready
        self._wait(postgres_service.NAME, lambda: ready(self.state, found), postgres_service.LIMIT_S)
        postgres_service.make_databases(self._layout, self.state, found)

    def _start_head(self) -> None:
        if self._is_missing(HEAD):  # its workers would not join another
            self.state = end_parts(self._layout, self.state, worker_names(self.state.workers))
            self._start_node(HEAD)

    def _start_workers(self) -> None:
        # One after the other: a node of Ray gives up where its agent has not imported all of Ray within 15 s, and
        # several that do so at once take longer on few cores.
        for name in worker_names(self.state.workers):
            if self._is_missing(name):
                self._start_node(name)

    def _start_node(self, name: str) -> None:
        command = ray_nodes.node_command(self._layout, self.state, name, _services(self._layout, self.state))
        for left in reversed(range(ray_nodes.ATTEMPTS)):
            before = {node.identity for node in ray_nodes.nodes(self._layout, self.state)}
            try:
                self._start(command)  # which a process that ends at once fails already
                self._wait(name, lambda: self._has_joined(name, before), ray_nodes.LIMIT_S)  # noqa: B023 - not kept
                return
            except ExecutorError:
                if not left:
                    raise
                self._say(f"{name} did not come up in time; trying again")

    def _has_joined(self, name: str, before: set[str]) -> bool:
        """Whether there is a new node of that name; the head takes seconds to notice that an earlier one has died."""
        found = ray_nodes.nodes(self._layout, self.state)
        return any(node.name == name and node.identity not in before for node in found)

    def _is_missing(self, name: str) -> bool:
        part = self.state.part(name)
        return part is None or not part.answers()

    def _start(self, command: Command) -> None:
        self.state = end_parts(self._layout, self.state, [command.name])  # what a part that has died left behind
        self._say(f"starting {command.name}; log: {command.log}")
        with uninterrupted():
            self.new.append(command.name)
            self._keep(self.state.having(start(command)))

    def _wait(self, name: str, answers: Callable[[], bool], limit_s: float) -> None:
        part = self.state.part(name)
        assert part is not None
        wait(part, answers, limit_s)
        self._keep(self.state.having(replace(part, members=members(part))))

    def _keep(self, state: State) -> None:
        self.state = state
        write_state(self._layout.state, state)


def _planned(layout: Layout, before: State | None, wanted: Wanted, choice: Choice) -> State:
    """What is to be up: as before, but for more workers."""
    state = _new_state(wanted, choice) if before is None else _extended(before, wanted)
    ports = _ports(layout, state, choice)
    mlflow, decisions = choice.mlflow_url(layout, ports), choice.decisions_url(layout, ports)
    return replace(state, ports=ports, mlflow_database=mlflow, decisions_database=decisions)


def _extended(before: State, wanted: Wanted) -> State:
    has = (before.workers, before.num_cpus, before.num_gpus)
    asked = (wanted.workers, wanted.num_cpus, wanted.num_gpus)
    workers, *amounts = (old if new is None else new for old, new in zip(has, asked, strict=True))
    if workers < before.workers or tuple(amounts) != has[1:]:
        raise ExecutorError(
            f"a cluster of this home is up, of {has[0]} workers with {has[1]} CPUs and {has[2]} GPUs each; workers can "
            f"be added, not taken away or changed: got {workers} with {amounts[0]} CPUs and {amounts[1]} GPUs. End it "
            "first, with `gansearch cluster down`"
        )
    return replace(before, workers=workers)


def _new_state(wanted: Wanted, choice: Choice) -> State:
    packages = {name: version(name) for name in ("gansearch", "ray", "mlflow")}
    return State(
        database=choice.name,
        database_reason=choice.reason,
        mlflow_database="",
        decisions_database="",
        workers=2 if wanted.workers is None else wanted.workers,
        num_cpus=1 if wanted.num_cpus is None else wanted.num_cpus,
        num_gpus=wanted.num_gpus or 0,
        ray_folder=new_ray_folder(),
        ports={},
        versions=packages | {"python": platform.python_version()},
    )


def _ports(layout: Layout, state: State, choice: Choice) -> dict[str, int]:
    """Those in use, and a free one for each other server; remembered for the next start."""
    known = state.ports
    servers = [mlflow_service.NAME, *([postgres_service.NAME] if choice.postgres else [])]
    nodes = (HEAD, *worker_names(state.workers))
    names = [*servers, *(port for node in nodes for port in ray_nodes.port_names(node))]
    remembered = read_remembered(layout.ports)
    free = {name: port for name, port in remembered.items() if port not in known.values()}
    ports = known | choose_ports([name for name in names if name not in known], free)
    with whole_file(layout.ports) as file:
        file.write(json.dumps(remembered | ports, indent=2).encode())
    return ports
