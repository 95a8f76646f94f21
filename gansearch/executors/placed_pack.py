"""A pack that knows its node: it says where it runs, and neither begins nor stays where the node is taken away."""

from __future__ import annotations

from typing import Any

import ray
from ray.exceptions import RayTaskError

from gansearch.executors.ray_pack import PackTrainable
from gansearch.records import End
from gansearch.trial.context import TrialContext
from gansearch.trial.workbench import OpenedElsewhere


class NodeLeavingError(Exception):
    """Ends a Tune trial so that its actor is not kept for the next one: Tune keeps none that has raised."""


class PlacedPack(PackTrainable):
    """Beside the reports of a pack, each result has the ``node`` it was made on.

    Ray places no new actor on a node that is taken away, but Tune gives an actor without anything left to do to its
    next trial wherever it is. So a pack that has been preempted raises once it has been heard, and so does one that
    is to begin on such a node; ``leaving`` of the configuration names those known when the order was given.
    """

    _is_preempted: bool

    def setup(self, config: dict[str, Any], context: TrialContext, desk: Any, bench: OpenedElsewhere | None) -> None:
        """Keep what all packs share."""
        super().setup(config, context, desk, bench)
        self._node = ray.get_runtime_context().get_node_id()
        self._is_preempted = False

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin anew with another order."""
        self._is_preempted = False
        return super().reset_config(new_config)

    def step(self) -> dict[str, Any]:
        """As for any pack.

        Raises:
            NodeLeavingError: where nothing more may run here.
        """
        if self._is_new and self._node in self.config["leaving"]:
            raise NodeLeavingError(self._node)
        result = super().step()
        ends = [report.end.end for report in result["reports"] if report.end is not None]
        self._is_preempted = self._is_preempted or End.PREEMPTED in ends
        if self._is_preempted and result.get("done") and not {"lost", "unwritten"} & result.keys():
            raise NodeLeavingError(self._node)
        return {**result, "node": self._node}


def has_left(error: BaseException | None) -> bool:
    """Whether a Tune trial ended because its node is taken away."""
    cause = error.cause if isinstance(error, RayTaskError) else error
    return isinstance(cause, NodeLeavingError)
