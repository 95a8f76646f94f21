"""Ray's nodes: ``ray start --block``, one process a node that starts the others of its node and ends with them."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from gansearch.errors import ExecutorError
from gansearch.executors.own_cluster.layout import LOOPBACK, Layout
from gansearch.executors.own_cluster.loopback import HOOK, HOOK_VARIABLE, JOIN_ENVIRONMENT
from gansearch.executors.own_cluster.private_files import read_secret
from gansearch.executors.own_cluster.processes import Command
from gansearch.executors.own_cluster.state import State

HEAD = "head"
LIMIT_S = 120.0
"""How long a node may take to come up: its five processes import Ray one after the other, on a busy machine."""
ATTEMPTS = 3
"""How often a node is started that gives up before it has joined, as it does on a machine that is busy otherwise."""
GRACE_S = 20.0
OBJECT_STORE_BYTES = 256 * 2**20
"""What a node's object store may hold; a third of the machine's memory by default, which nodes here share."""
_NODE_PORTS = (
    "node-manager-port",
    "object-manager-port",
    "dashboard-agent-listen-port",
    "dashboard-agent-grpc-port",
    "runtime-env-agent-port",
    "metrics-export-port",
)
_HEAD_PORTS = ("port", "dashboard-port")
# Of whoever calls: it may itself be connected to another cluster.
_NOT_HANDED_ON = ("RAY_ADDRESS", "RAY_API_SERVER_ADDRESS", "RAY_AUTH_TOKEN", "RAY_REDIS_ADDRESS", "RAY_TMPDIR")


def worker_names(count: int) -> list[str]:
    """What ``count`` worker nodes are called."""
    return [f"worker-{number}" for number in range(1, count + 1)]


def port_names(node: str) -> list[str]:
    """The ports that a node needs, by name."""
    options = _NODE_PORTS + (_HEAD_PORTS if node == HEAD else ())
    return [f"{node}.{option}" for option in options]


def make_ray_folder(state: State) -> None:
    """Make the folder of Ray's own files, for its owner alone.

    Raises:
        ExecutorError: where it is there already, and another user's.
    """
    folder = Path(state.ray_folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise ExecutorError(f"{folder} must be this user's own folder; end the cluster and start it again")


def address(state: State) -> str:
    """Where drivers join."""
    return f"{LOOPBACK}:{state.ports['head.port']}"


def dashboard(state: State) -> str:
    """Where jobs are submitted, and a browser looks."""
    return f"http://{LOOPBACK}:{state.ports['head.dashboard-port']}"


def join_environment(layout: Layout, state: State) -> dict[str, str]:
    """What a process needs to join; the token stays in its file."""
    return {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(layout.token),
        "RAY_ADDRESS": address(state),
        **JOIN_ENVIRONMENT,
    }


def node_command(layout: Layout, state: State, node: str, extra: Mapping[str, str]) -> Command:
    """What starts ``node``, with ``extra`` in the environment of everything that runs there."""
    ports = {option.partition(".")[2]: state.ports[option] for option in port_names(node)}
    is_head = node == HEAD
    amounts = (0, 0) if is_head else (state.num_cpus, state.num_gpus)
    options = {
        "node-ip-address": LOOPBACK,
        "node-name": node,
        "num-cpus": amounts[0],
        "num-gpus": amounts[1],
        "object-store-memory": OBJECT_STORE_BYTES,
        "temp-dir": Path(state.ray_folder) / node,
        "min-worker-port": 0,  # any free one; nodes of one machine would fight for a range
        "max-worker-port": 0,
        **ports,
        **(_head_options() if is_head else {"address": address(state), "include-log-monitor": False}),
    }
    # As `python -c`, which finds the Ray of this environment wherever its scripts lie.
    program = [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--block"]
    arguments = [*program, "--disable-usage-stats", *(["--head"] if is_head else [])]
    arguments += [f"--{option}={value}" for option, value in options.items()]
    port = state.ports[f"{node}.node-manager-port"]
    return Command(node, arguments, _environment(layout, extra), layout.folder, layout.log(node), port)


@dataclass(frozen=True)
class Node:
    """A node that has joined."""

    identity: str
    """Ray's own; a node that is started again under its name has another."""
    name: str
    resources: dict[str, float]


def nodes(layout: Layout, state: State) -> list[Node]:
    """The nodes that are alive, as far as the head has noticed; none while the head does not answer.

    Raises:
        ExecutorError: where the head takes no token of ours.
    """
    url = f"{dashboard(state)}/api/v0/nodes?detail=true&limit=1000"
    headers = {"Authorization": f"Bearer {read_secret(layout.token)}"}
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as answer:
            found = json.load(answer)["data"]["result"]["result"]
    except URLError as error:
        if getattr(error, "code", None) in (401, 403):
            raise ExecutorError(
                f"{dashboard(state)} refuses the token of {layout.token}: another cluster listens"
            ) from None
        return []
    except (OSError, HTTPException, ValueError, KeyError, TypeError):  # half of it is up
        return []
    alive = [each for each in found if each["state"] == "ALIVE"]
    return [Node(each["node_id"], each["node_name"], each["resources_total"]) for each in alive]


def keep_logs(layout: Layout, state: State, node: str) -> None:
    """Copy Ray's own logs of a node that has ended to the cluster's folder, and remove its other files."""
    folder = Path(state.ray_folder) / node
    kept = layout.logs / f"ray-{node}"
    for logs in sorted(folder.glob("session_2*/logs")):
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(logs, kept, symlinks=True, dirs_exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _head_options() -> dict[str, object]:
    return {"dashboard-host": LOOPBACK, "include-dashboard": True}


def _environment(layout: Layout, extra: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in _NOT_HANDED_ON}
    # Work that runs is asked to end and given a moment, not the half minute of a machine that is taken away.
    own.setdefault("RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S", "3")
    own.pop(next(iter(JOIN_ENVIRONMENT)), None)  # `ray start` would start no worker node; its hook sets it afterwards
    return {
        **own,
        **extra,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), own.get("PATH", os.defpath)]),  # jobs run `python`
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(layout.token),
        "RAY_USAGE_STATS_ENABLED": "0",
        HOOK_VARIABLE: HOOK,
    }
