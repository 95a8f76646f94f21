"""How many packs a cluster runs at a time: on the nodes that it has, and on those that it may add.

Ray's autoscaler keeps its bounds to itself: no request to a cluster returns them, unless its operator reports them to
the head, which the open source one does not. The cluster launcher leaves them on the head in ``BOOTSTRAP``, where a job
that runs there reads them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
import yaml
from ray._private.state import state
from ray.exceptions import RayError

from gansearch.errors import ExecutorError
from gansearch.space.plan import Resources

BOOTSTRAP = Path("~/ray_bootstrap_config.yaml")
"""Where ``ray up`` keeps the cluster's file on its head."""
HEAD = "node:__internal_head__"
"""A resource that the head alone has."""
ROUNDING = 1e-6
"""Added to quotients: 0.3 / 0.1 is below 3."""


@dataclass(frozen=True)
class NodeType:
    """A kind of node that the autoscaler may start."""

    resources: Mapping[str, float]
    most: float
    """Nodes at most; may be infinite."""


@dataclass(frozen=True)
class Growth:
    """What a cluster may grow to, the nodes that it has included."""

    types: tuple[NodeType, ...]
    most_workers: float = math.inf
    """Nodes of all types at most."""


def concurrency(resources: Resources, nodes: Sequence[Mapping[str, float]], growth: Growth | None = None) -> int:
    """How many packs can run at once.

    Args:
        resources: of one pack.
        nodes: what each living node has in all.
        growth: what may be added; None where that is not known.

    Raises:
        ExecutorError: where none can run.
    """
    now = sum(packs_on(node, resources) for node in nodes)
    then = 0 if growth is None else _grown(resources, growth)
    if max(now, then) < 1:
        raise ExecutorError(_too_small(resources, nodes, growth))
    return max(now, then)


def packs_on(node: Mapping[str, float], resources: Resources) -> int:
    """Packs that fit on a node; each takes a share of one GPU, or whole ones."""
    fits = []
    if resources.cpu:
        fits.append(math.floor(node.get("CPU", 0.0) / resources.cpu + ROUNDING))
    if 0.0 < resources.gpu < 1.0:
        fits.append(math.floor(node.get("GPU", 0.0)) * math.floor(1.0 / resources.gpu + ROUNDING))
    elif resources.gpu:
        fits.append(math.floor(node.get("GPU", 0.0) / resources.gpu + ROUNDING))
    return min(fits, default=0)


def known_growth() -> Growth | None:
    """What the cluster of this process may grow to, where that can be known."""
    try:
        reported = state.get_cluster_config()
    except RayError:  # a driver behind ray:// does not see it
        return None
    if reported is not None and reported.node_group_configs:
        groups = reported.node_group_configs
        return Growth(tuple(NodeType(dict(each.resources), _bound(each.max_count)) for each in groups))
    return _bootstrapped(ray.get_runtime_context().get_node_id())


def living_nodes() -> list[dict[str, float]]:
    """What each living node has."""
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]


def _grown(resources: Resources, growth: Growth) -> int:
    """Packs where the nodes that hold most are started first; infinite growth counts as one node of each type."""
    packs, left = 0, growth.most_workers
    held = sorted(((packs_on(kind.resources, resources), kind.most) for kind in growth.types), reverse=True)
    for each, most in held:
        count = min(most, left)
        count = 1 if math.isinf(count) else int(count)
        packs, left = packs + each * count, left - count
    return packs


def _bootstrapped(here: str) -> Growth | None:
    """What the cluster launcher's file says, where this process runs on the head."""
    is_head = any(node["NodeID"] == here and HEAD in node["Resources"] for node in ray.nodes())
    path = BOOTSTRAP.expanduser()
    if not is_head or not path.is_file():
        return None
    try:
        return growth_of(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError):
        return None


def growth_of(said: Any) -> Growth | None:
    """What a file of Ray's cluster launcher says; None where it names no types of nodes with their resources."""
    types = said.get("available_node_types") if isinstance(said, dict) else None
    if not isinstance(types, dict):
        return None
    head = said.get("head_node_type")
    found = tuple(
        NodeType(each["resources"], float(each.get("max_workers", said.get("max_workers", 0))))
        for name, each in types.items()
        if name != head and isinstance(each, dict) and isinstance(each.get("resources"), dict)
    )
    return Growth(found, float(said.get("max_workers", math.inf))) if found else None


def _bound(count: int) -> float:
    return math.inf if count < 0 else count


def _too_small(resources: Resources, nodes: Sequence[Mapping[str, float]], growth: Growth | None) -> str:
    cpus, gpus = (sum(node.get(name, 0.0) for node in nodes) for name in ("CPU", "GPU"))
    text = (
        f"a pack needs cpu: {resources.cpu:g} and gpu: {resources.gpu:g} on one node (resources of the space); the Ray "
        f"cluster has {cpus:g} CPUs and {gpus:g} GPUs on {len(nodes)} node{'s' if len(nodes) != 1 else ''}"
    )
    if growth is not None:
        return f"{text}, and no type of node that it may add has as much"
    return f"{text}. Where it grows on demand, say how many packs may run at a time: --set resources.concurrent=N"
