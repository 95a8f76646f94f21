"""Whether the nodes of a cluster can run trials: they must have this version of the package, and see the study."""

from __future__ import annotations

import platform
import uuid
from dataclasses import dataclass
from importlib.metadata import version

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from gansearch.errors import ExecutorError, StorageError
from gansearch.storage import Storage

ANSWER_S = 120.0
"""Seconds that a node may take to start a process and look."""


@dataclass(frozen=True)
class NodeView:
    """What a node says of itself."""

    python: str
    torch: str
    problem: str | None
    """Why it cannot read what the driver has written; None where it can."""


def check_nodes(storage: Storage) -> None:
    """Whether every other node that may run trials sees the study's folder, with the same Python and torch.

    Args:
        storage: the study's folder.

    Raises:
        ExecutorError: where one does not; it names all of them, each with what is wrong.
    """
    here = ray.get_runtime_context().get_node_id()
    others = {
        node["NodeID"]: f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})"
        for node in ray.nodes()
        if node["Alive"] and node["NodeID"] != here and node["Resources"].get("CPU", 0.0) > 0.0
    }
    if not others:
        return
    path = f"preflight/{uuid.uuid4().hex}"
    storage.write(path, b"")
    try:
        problems = _problems(others, storage, path)
    finally:
        storage.delete(path)
    if problems:
        raise ExecutorError("trials cannot be run on " + "; ".join(problems))


def _problems(nodes: dict[str, str], storage: Storage, path: str) -> list[str]:
    task = ray.remote(num_cpus=0, max_retries=0)(look)
    there = {node: NodeAffinitySchedulingStrategy(node, soft=False) for node in nodes}
    running = {node: task.options(scheduling_strategy=there[node]).remote(storage, path) for node in nodes}
    ray.wait(list(running.values()), num_returns=len(running), timeout=ANSWER_S)
    mine = look(storage, path)
    found = []
    for node, answer in running.items():
        try:
            problem = _difference(ray.get(answer, timeout=0), mine)
        except RayError as error:
            problem = f"it has not answered within {ANSWER_S:.0f} s: {error}".splitlines()[0]
        if problem is not None:
            found.append(f"{nodes[node]}: {problem}")
    return found


def _difference(theirs: NodeView, mine: NodeView) -> str | None:
    if theirs.problem is not None:
        return (
            f"{theirs.problem}. Studies must lie where every node sees them: a folder that all of them mount, or an "
            "object store (GANSEARCH_STORAGE, --storage)"
        )
    for what, there, here in (("Python", theirs.python, mine.python), ("torch", theirs.torch, mine.torch)):
        if there != here:
            return f"it has {what} {there}, and the driver {here}: curves would differ between them"
    return None


def look(storage: Storage, path: str) -> NodeView:
    """What this process sees; run on every node."""
    problem = None
    try:
        storage.read(path)
    except StorageError as error:
        problem = str(error)
    return NodeView(platform.python_version(), version("torch"), problem)
