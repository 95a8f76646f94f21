"""A Ray cluster of machines that share nothing but servers: S3, PostgreSQL or SQLite, MLflow, and Ray itself.

The head machine has the database, MLflow, Ray's head without CPUs, and drivers. Each node is a raylet of its own with
one CPU, on a machine of its own. All of it is on loopback.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from signal import Signals
from types import TracebackType
from typing import Self
from unittest import mock

import s3fs

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster import mlflow_service, postgres_service, ray_nodes
from gansearch.executors.own_cluster.databases import Wish, choose_database
from gansearch.executors.own_cluster.identity import Identity, family, send
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.loopback import HOOK_VARIABLE
from gansearch.executors.own_cluster.ports import choose_ports, listens
from gansearch.executors.own_cluster.private_files import ensure_secret, read_secret
from gansearch.executors.own_cluster.processes import Command, end, members, start, wait
from gansearch.executors.own_cluster.ray_nodes import HEAD
from gansearch.executors.own_cluster.state import Part, State, new_ray_folder
from tests.cluster import object_store
from tests.cluster.machine import Machine

SERVERS = (object_store.NAME, postgres_service.NAME, mlflow_service.NAME)
ATTEMPTS = 6
"""How often a node is started that does not come up within the 30 s that Ray gives it."""
OBJECT_STORE_BYTES = 80 * 10**6
HEALTH = {
    "RAY_health_check_initial_delay_ms": "2000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "5000",
    "RAY_health_check_failure_threshold": "3",
}
"""A node that is killed counts as dead after 3 s, one that is stopped after about 18 s; by Ray's own settings it takes
longer. The time for one answer stays long, since the machine may be busy."""


@dataclass(eq=False)
class Cluster:
    """The cluster below ``folder``, which everybody may pass through (PostgreSQL does not run as root).

    Args:
        folder: absolute; a folder for each machine, one for the servers.
        nodes: how many there are at first.
        say: told what is started.
        wish: which database.
    """

    folder: Path
    nodes: int
    say: Callable[[str], None]
    wish: Wish = Wish.AUTO
    parts: dict[str, Part] = field(default_factory=dict)
    """What runs, by name."""
    machines: dict[str, Machine] = field(default_factory=dict)
    """Of the nodes that there ever were, by name."""

    def __enter__(self) -> Self:
        """Start everything; this process then sees studies and MLflow as the head machine does."""
        self.layout = Layout(self.folder / "service")
        self.layout.make()
        self._choice = choose_database(self.layout, self.wish)
        ensure_secret(self.layout.token)
        self.head = Machine(self.folder / "head").make(read_secret(self.layout.token))
        ports = choose_ports([*SERVERS, *ray_nodes.port_names(HEAD)], {})
        self.state = State(
            database=self._choice.name,
            database_reason=self._choice.reason,
            mlflow_database=self._choice.mlflow_url(self.layout, ports),
            decisions_database=self._choice.decisions_url(self.layout, ports),
            workers=0,
            num_cpus=1,
            num_gpus=0,
            ray_folder=new_ray_folder(),
            ports=ports,
            versions={},
        )
        self._patch = mock.patch.dict(os.environ, self.services | {"GANSEARCH_HOME": str(self.head.gansearch_home)})
        self._patch.start()
        s3fs.S3FileSystem.clear_instance_cache()  # one of an earlier test would look for its own server
        try:
            self._start_all()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything, what is stopped too."""
        for part in self.parts.values():
            for process in family(part.identities):
                send(process, Signals.SIGCONT)
        servers = [self.parts.pop(name) for name in SERVERS if name in self.parts]
        for name in list(self.parts):
            self.kill(name)
        end(servers, 5.0)
        shutil.rmtree(self.state.ray_folder, ignore_errors=True)
        self._patch.stop()

    @property
    def services(self) -> dict[str, str]:
        """How drivers reach what they need; nodes know of the object store alone."""
        return {
            **object_store.environment(self.state.ports[object_store.NAME]),
            "GANSEARCH_STORAGE": object_store.URL,
            "GANSEARCH_DATABASE": self.state.decisions_database,
            "MLFLOW_TRACKING_URI": mlflow_service.tracking_uri(self.state),
        }

    @property
    def driver_environment(self) -> dict[str, str]:
        """Of a process of the head machine that joins the cluster."""
        joining = ray_nodes.join_environment(self.layout, self.state)
        return self.head.environment(self.services | joining | HEALTH)

    @property
    def workers(self) -> list[str]:
        """Names of the nodes that run, as far as nobody has killed them."""
        return [name for name in self.parts if name not in (*SERVERS, HEAD)]

    # --- starting -----------------------------------------------------------------------------------------------------

    def start_head(self) -> None:
        """Start Ray's head, without CPUs."""
        self._start_node(HEAD, self.head)

    def add_worker(self) -> str:
        """Start a node on a fresh machine; its name."""
        name = f"worker-{len(self.machines) + 1}"
        self.machines[name] = Machine(self.folder / name).make(read_secret(self.layout.token))
        self.state = replace(self.state, ports=self.state.ports | choose_ports(ray_nodes.port_names(name), {}))
        self.restart_worker(name)
        return name

    def restart_worker(self, name: str) -> None:
        """Start a node that has ended, on its machine as it is."""
        self._start_node(name, self.machines[name])

    def start_server(self, name: str) -> None:
        """Start the database or MLflow, where it does not run."""
        if name == postgres_service.NAME:
            assert self._choice.postgres is not None
            self.parts[name] = start(postgres_service.postgres_command(self.layout, self.state, self._choice.postgres))
            found = self._choice.postgres
            wait(self.parts[name], lambda: postgres_service.is_ready(self.state, found), postgres_service.LIMIT_S)
        else:
            self.parts[name] = start(mlflow_service.mlflow_command(self.layout, self.state))

    def wait_for_mlflow(self) -> None:
        """Until it answers."""
        part = self.parts[mlflow_service.NAME]
        wait(part, lambda: mlflow_service.is_healthy(self.state), mlflow_service.LIMIT_S)

    @property
    def has_postgres(self) -> bool:
        """Whether decisions lie in PostgreSQL."""
        return self._choice.postgres is not None

    def _start_all(self) -> None:
        ray_nodes.make_ray_folder(self.state)
        port = self.state.ports[object_store.NAME]
        server = object_store.command(self.layout.folder, port, dict(os.environ))
        self.parts[object_store.NAME] = start(server)
        if self._choice.postgres is not None:
            postgres_service.make_data(self.layout, self._choice.postgres)
            self.start_server(postgres_service.NAME)
            postgres_service.make_databases(self.layout, self.state, self._choice.postgres)
        self.start_server(mlflow_service.NAME)
        wait(self.parts[object_store.NAME], lambda: listens(port), object_store.LIMIT_S)
        object_store.make_bucket()
        self.start_head()
        for _ in range(self.nodes):
            self.add_worker()
        self.wait_for_mlflow()
        self.say(f"up: {', '.join(self.parts)}; decisions in {self.state.database} ({self.state.database_reason})")

    def _start_node(self, name: str, machine: Machine) -> None:
        command = self._node_command(name, machine)
        for left in reversed(range(ATTEMPTS)):
            before = {node.identity for node in ray_nodes.nodes(self.layout, self.state)}
            part = self.parts[name] = start(command)
            try:
                wait(part, lambda: self._has_joined(name, before), ray_nodes.LIMIT_S)  # noqa: B023 - not kept
                self.parts[name] = replace(part, members=members(part))
                return
            except ExecutorError:
                self.kill(name)
                if not left:
                    raise
                self.say(f"{name} did not come up in time; trying again")

    def _node_command(self, name: str, machine: Machine) -> Command:
        made = ray_nodes.node_command(self.layout, self.state, name, {})
        small = f"--object-store-memory={OBJECT_STORE_BYTES}"
        arguments = [small if each.startswith("--object-store-memory=") else each for each in made.arguments]
        own = {variable: made.environment[variable] for variable in ("PATH", HOOK_VARIABLE)}
        if name != HEAD:
            own |= {HOOK_VARIABLE: "light_node.stay_light", "PYTHONPATH": str(Path(__file__).parent / "on_node")}
        # Drivers of jobs run on the head machine, with what it knows.
        shared = self.services if name == HEAD else object_store.environment(self.state.ports[object_store.NAME])
        environment = machine.environment(shared | own | HEALTH | {"RAY_USAGE_STATS_ENABLED": "0"})
        return replace(made, arguments=arguments, environment=environment, folder=machine.work)

    def _has_joined(self, name: str, before: set[str]) -> bool:
        found = ray_nodes.nodes(self.layout, self.state)
        return any(node.name == name and node.identity not in before for node in found)

    def identity(self, name: str) -> str:
        """By which Ray knows a node that runs."""
        return next(node.identity for node in ray_nodes.nodes(self.layout, self.state) if node.name == name)

    # --- disturbing ---------------------------------------------------------------------------------------------------

    def kill(self, name: str) -> None:
        """``kill -9`` of a node or a server with everything that it started, as if its machine were switched off."""
        part = self.parts.pop(name)
        seen: set[Identity] = set(part.identities)
        while alive := family(seen):
            seen |= alive
            for process in alive:
                send(process, Signals.SIGKILL)
        end([part], 5.0)  # nobody is left to end, but a server takes its predecessor for alive until it is forgotten

    def pause(self, name: str) -> None:
        """Stop every process of a node or a server, as if its network were cut; who connects waits."""
        self._signal(name, Signals.SIGSTOP)

    def unpause(self, name: str) -> None:
        """Let them go on."""
        self._signal(name, Signals.SIGCONT)

    def has_ended(self, name: str, limit_s: float) -> bool:
        """Wait until nobody of a node is left; whether that came to be. Who is left then is killed."""
        deadline = time.monotonic() + limit_s
        while (left := family(self.parts[name].identities)) and time.monotonic() < deadline:
            time.sleep(0.2)
        self.kill(name)
        return not left

    def _signal(self, name: str, number: Signals) -> None:
        for _ in range(2):  # the second time for whoever was started meanwhile
            for process in family(self.parts[name].identities):
                send(process, number)
