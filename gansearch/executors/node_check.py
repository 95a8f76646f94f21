"""Whether the nodes of a cluster can run trials: they must have this version of the package, and see study and data."""

from __future__ import annotations

import platform
import uuid
from dataclasses import dataclass
from importlib.metadata import version

import ray
from ray.exceptions import GetTimeoutError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from gansearch import __version__
from gansearch.errors import ExecutorError, StorageError
from gansearch.executors.data_places import DataPlaces, Found
from gansearch.storage import Storage

ANSWER_S = 120.0
"""Seconds that a node may take to start a process and look."""
NO_DATA = DataPlaces()


@dataclass(frozen=True)
class NodeView:
    """What a node says of itself. Ray's version is not in it: a node with another one cannot join."""

    python: str
    torch: str
    package: str
    """Version of gansearch."""
    problem: str | None
    """Why it cannot read what the driver has written; None where it can."""
    data: tuple[Found | None, ...] = ()
    """What it finds at each place of the data; None where it can read nothing."""


def check_nodes(storage: Storage, data: DataPlaces = NO_DATA) -> None:
    """Whether every other node that may run trials sees the study's folder and the data, with the same versions.

    Args:
        storage: the study's folder.
        data: what every process must read for itself.

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
        problems = _problems(others, storage, path, data)
    finally:
        storage.delete(path)
    if problems:
        raise ExecutorError("trials cannot be run on " + "; ".join(problems))


def _problems(nodes: dict[str, str], storage: Storage, path: str, data: DataPlaces) -> list[str]:
    task = ray.remote(num_cpus=0, max_retries=0)(look)
    there = {node: NodeAffinitySchedulingStrategy(node, soft=False) for node in nodes}
    running = {node: task.options(scheduling_strategy=there[node]).remote(storage, path, data) for node in nodes}
    ray.wait(list(running.values()), num_returns=len(running), timeout=ANSWER_S)
    mine = look(storage, path, data)
    found = []
    for node, answer in running.items():
        try:
            problem = _difference(ray.get(answer, timeout=0), mine, data)
        except GetTimeoutError:
            problem = f"it has not answered within {ANSWER_S:.0f} s"
        except RayTaskError as error:  # most often the package is not installed there
            problem = f"it could not look: {type(error.cause).__name__}: {error.cause}".splitlines()[0]
        except RayError as error:
            problem = f"it could not look: {type(error).__name__}: {error}".splitlines()[0]
        if problem is not None:
            found.append(f"{nodes[node]}: {problem}")
    return found


def _difference(theirs: NodeView, mine: NodeView, data: DataPlaces = NO_DATA) -> str | None:
    if theirs.problem is not None:
        return (
            f"{theirs.problem}. Studies must lie where every node sees them: a folder that all of them mount, or an "
            "object store (GANSEARCH_STORAGE, --storage)"
        )
    for what, there, here in (
        ("Python", theirs.python, mine.python),
        ("torch", theirs.torch, mine.torch),
        ("gansearch", theirs.package, mine.package),
    ):
        if there != here:
            return f"it has {what} {there}, and the driver {here}: curves would differ between them"
    for place, there_is, here_is in zip(data.shown(), theirs.data, mine.data, strict=True):
        if there_is != here_is:
            return _other_data(place, there_is, here_is)
    return None


def _other_data(place: str, theirs: Found | None, mine: Found | None) -> str:
    what = f"it cannot read {place}" if theirs is None else f"it has {theirs} at {place}, and the driver {mine}"
    if theirs is not None and mine is not None and str(theirs) == str(mine):
        what = f"it has other files at {place} than the driver"
    return (
        f"{what}. These data do not go through Ray's object store, where they would take too much room, so every node "
        "reads them itself: copy them to this path on all nodes, or mount a folder there that all of them see"
    )


def look(storage: Storage, path: str, data: DataPlaces = NO_DATA) -> NodeView:
    """What this process sees; run on every node."""
    problem = None
    try:
        storage.read(path)
    except StorageError as error:
        problem = str(error)
    return NodeView(platform.python_version(), version("torch"), __version__, problem, data.found())
