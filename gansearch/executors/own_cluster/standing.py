"""How a cluster stands: which of its parts run and answer."""

from __future__ import annotations

from dataclasses import dataclass

from gansearch.executors.own_cluster.identity import is_alive
from gansearch.executors.own_cluster.layout import LOOPBACK, Layout
from gansearch.executors.own_cluster.mlflow_service import NAME as MLFLOW
from gansearch.executors.own_cluster.mlflow_service import tracking_uri
from gansearch.executors.own_cluster.ports import listens
from gansearch.executors.own_cluster.ray_nodes import HEAD, address, dashboard
from gansearch.executors.own_cluster.state import Part, State, read_state


@dataclass(frozen=True)
class PartStanding:
    """One part."""

    name: str
    standing: str
    """``answers``, ``does not answer`` or ``has ended``."""
    pid: int
    where: str
    """Its address."""
    log: str


def standing(layout: Layout) -> tuple[State, list[PartStanding]] | None:
    """What was started and how each part of it stands; None where nothing is up.

    Raises:
        ExecutorError: where what was started is not known.
    """
    state = read_state(layout.state)
    return None if state is None or not state.parts else (state, [_of(part, state) for part in state.parts])


def _of(part: Part, state: State) -> PartStanding:
    alive = is_alive(part.process)
    said = "has ended" if not alive else "answers" if listens(part.port) else "does not answer"
    return PartStanding(part.name, said, part.process.pid, _where(part, state), part.log)


def _where(part: Part, state: State) -> str:
    if part.name == HEAD:
        return f"{address(state)}, {dashboard(state)}"
    return tracking_uri(state) if part.name == MLFLOW else f"{LOOPBACK}:{part.port}"
