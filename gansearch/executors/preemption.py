"""Nodes that are about to be taken away, and the trials that must leave them: a spot machine is told some time before.

Ray calls such a node draining, whoever said so (the cloud's agent through ``ray drain-node``, an autoscaler, SIGTERM to
``ray start --block``), and places nothing new on it. What already runs there goes on until the machine is gone, so a
pack is told to write its checkpoints at once and to end as preempted: nothing is computed twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import ray
from ray._private.state import state
from ray.exceptions import RayError

from gansearch.records import End, LaneReport

LOOK_EVERY_S = 1.0


def draining_nodes() -> dict[str, int]:
    """IDs of the draining nodes, each with its deadline in ms since 1970, 0 for none: one request to the cluster."""
    return dict(state.get_draining_nodes())


def node_name(node: str) -> str:
    """How a user knows the node."""
    named = {each["NodeID"]: f"{each['NodeManagerHostname']} ({each['NodeManagerAddress']})" for each in ray.nodes()}
    return named.get(node, node)


class Preemption:
    """Knows which nodes are taken away, and says which trials have left them.

    Args:
        say: told in a line what has left a node.
        look: IDs and deadlines of draining nodes; called at most once a second, however many packs run.
        name: how a user knows a node.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        look: Callable[[], Mapping[str, int]] = draining_nodes,
        name: Callable[[str], str] = node_name,
    ) -> None:
        self._say = say
        self._look = look
        self._name = name
        self._looked = -LOOK_EVERY_S
        self._deadlines: Mapping[str, int] = {}

    @property
    def nodes(self) -> tuple[str, ...]:
        """IDs of the nodes on which nothing may start any more."""
        now = time.monotonic()
        if now - self._looked >= LOOK_EVERY_S:
            self._looked = now
            with suppress(RayError):  # where the head does not answer at this moment, what it said last holds
                self._deadlines = self._look()
        return tuple(self._deadlines)

    def concerns(self, node: str | None) -> bool:
        """Whether what runs on this node must leave it."""
        return node in self.nodes

    def heard(self, node: str | None, reports: Sequence[LaneReport]) -> None:
        """Say which trials have left the node, by their own reports."""
        left = [str(each.identity) for each in reports if each.end is not None and each.end.end is End.PREEMPTED]
        if node is not None and left:
            where = f"{self._name(node)}, which is taken away{self._when(node)}"
            self._say(f"{', '.join(left)}: left {where}; to go on elsewhere from the checkpoint just written")

    def _when(self, node: str) -> str:
        deadline = self._deadlines.get(node, 0)
        return f" in {max(0.0, deadline / 1000 - time.time()):.0f} s" if deadline else ""
