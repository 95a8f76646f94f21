"""Says what a search waits for, where the cluster has no room for its packs: once, and again when that changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ray
from ray.exceptions import RayError

from gansearch.space.plan import Resources

if TYPE_CHECKING:
    from ray.autoscaler.v2.schema import ClusterStatus, NodeInfo

PATIENCE_S = 10.0
"""Seconds for which packs may wait before anything is said: a worker that has room needs some to start."""
LOOK_EVERY_S = 5.0
AGAIN_S = 60.0
"""Seconds between two sentences on the same wait."""
NAMES = {"CPU": "CPUs", "GPU": "GPUs"}


@dataclass(frozen=True)
class Room:
    """What a cluster has, as its head sees it."""

    nodes: tuple[tuple[Mapping[str, float], Mapping[str, float]], ...]
    """Of each node what is free and what there is in all, by resource."""
    demands: tuple[Mapping[str, float], ...]
    """What is asked for and has no place, by anyone; as often as it is asked for."""
    coming: int = 0
    """Nodes that the autoscaler is starting."""
    failed: str | None = None
    """Why it could not start one, where that has happened last."""

    def is_short_of(self, wanted: Mapping[str, float], packs: int) -> bool:
        """Whether at least ``packs`` of this shape wait for a place."""
        return sum(_is_same(demand, wanted) for demand in self.demands) >= packs

    def sentence(self, wanted: Mapping[str, float]) -> str:
        """What the cluster lacks for one pack."""
        free, total = (_sum(node[index] for node in self.nodes) for index in (0, 1))
        has = " and ".join(f"{free.get(name, 0):g} of {total.get(name, 0):g} {NAMES[name]}" for name in wanted)
        text = f"the cluster has {has} free"
        if all(free.get(name, 0.0) >= amount for name, amount in wanted.items()):
            text += ", and no node as much as a pack needs"
        if self.coming:
            text += f"; {self.coming} node{'s are' if self.coming > 1 else ' is'} being started"
        return text if self.failed is None else f"{text}; a node could not be started: {self.failed}"


def cluster_room() -> Room:
    """What the cluster has now; one request to its head."""
    # Only a search that waits needs it.
    from ray.autoscaler.v2.sdk import get_cluster_status

    status = get_cluster_status(ray.get_runtime_context().gcs_address)
    asked = status.resource_demands
    demands = [each for group in (asked.placement_group_demand, asked.ray_task_actor_demand) for each in group]
    bundles = [bundle for demand in demands for bundle in demand.bundles_by_count]
    return Room(
        nodes=tuple((node.available_resources(), node.total_resources()) for node in _usable(status)),
        demands=tuple(bundle.bundle for bundle in bundles for _ in range(bundle.count)),
        coming=len(status.pending_nodes) + sum(launch.count for launch in status.pending_launches),
        failed=next((launch.details for launch in reversed(status.failed_launches)), None),
    )


def _usable(status: ClusterStatus) -> list[NodeInfo]:
    """The nodes on which something may be placed."""
    return [node for node in (*status.active_nodes, *status.idle_nodes) if node.node_status != "DRAINING"]


class Waiting:
    """Told how many packs wait while none runs, it says what they wait for.

    Args:
        resources: of one pack.
        say: told.
        look: what the cluster has; called only after a wait, every few seconds.
        clock: seconds.
    """

    def __init__(
        self,
        resources: Resources,
        say: Callable[[str], None],
        *,
        look: Callable[[], Room] = cluster_room,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        amounts = {"CPU": resources.cpu, "GPU": resources.gpu}
        self._wanted = {name: amount for name, amount in amounts.items() if amount}
        self._say = say
        self._look = look
        self._clock = clock
        self._since: float | None = None
        self._looked = self._spoke = -AGAIN_S
        self._said: str | None = None

    def tell(self, *, is_waiting: bool, packs: int = 1) -> None:
        """Take whether packs wait and none runs; cheap, to be called as often as one likes.

        Args:
            is_waiting: false once one runs.
            packs: how many wait where none runs, for those who cannot tell whether one runs: the head must know of all.
        """
        now = self._clock()
        if not is_waiting:
            self._over(now)
            return
        if self._since is None:
            self._since = now
        if now - self._since >= PATIENCE_S and now - self._looked >= LOOK_EVERY_S:
            self._looked = now
            self._speak(now, packs)

    def _speak(self, now: float, packs: int) -> None:
        try:
            room = self._look()
        except RayError:  # the head does not answer at this moment
            return
        if not room.is_short_of(self._wanted, packs):  # it has found its place, and starts
            return
        text = room.sentence(self._wanted)
        if text != self._said and now - self._spoke >= AGAIN_S:
            self._said, self._spoke = text, now
            needs = " and ".join(f"{name.lower()}: {amount:g}" for name, amount in self._wanted.items())
            self._say(f"waiting for resources, {needs} for a pack: {text}")

    def _over(self, now: float) -> None:
        if self._said is not None and self._since is not None:
            self._say(f"the search goes on: what it needs was free after {now - self._since:.0f} s")
            self._spoke = -AGAIN_S
        self._since = self._said = None


def _is_same(demand: Mapping[str, float], wanted: Mapping[str, float]) -> bool:
    asked = {name: amount for name, amount in demand.items() if name in NAMES and amount}
    return asked.keys() == wanted.keys() and all(abs(asked[name] - wanted[name]) < 1e-3 for name in wanted)


def _sum(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for part in parts:
        for name, amount in part.items():
            total[name] = total.get(name, 0.0) + amount
    return total
