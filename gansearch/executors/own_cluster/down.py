"""Ends what was started, in order: nodes of Ray, then MLflow's server, then the database; nothing else is touched."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from gansearch.executors.own_cluster import mlflow_service, postgres_service, ray_nodes
from gansearch.executors.own_cluster.layout import Layout
from gansearch.executors.own_cluster.processes import end
from gansearch.executors.own_cluster.ray_nodes import HEAD
from gansearch.executors.own_cluster.state import Part, State, read_state, write_state
from gansearch.storage.shared_files import locked

_GRACE_S = {mlflow_service.NAME: mlflow_service.GRACE_S, postgres_service.NAME: postgres_service.GRACE_S}


@dataclass(frozen=True)
class Ended:
    """What ``bring_down`` did."""

    parts: tuple[str, ...]
    """Names of the parts that were ended, in order; none where nothing was up."""
    killed: int
    """How many processes did not end when asked."""
    removed: Path | None
    """The folder that was removed with all data, or None."""


def bring_down(layout: Layout, *, remove_data: bool = False) -> Ended:
    """End the cluster; quiet where there is none.

    Args:
        layout: of the home.
        remove_data: also remove runs, artifacts, the studies' decisions, secrets and logs.

    Raises:
        ExecutorError: where what was started is not known.
    """
    with locked(layout.folder):
        state = read_state(layout.state)
        names: tuple[str, ...] = ()
        killed = 0
        if state is not None:
            for group in _in_order(state.parts):
                killed += _end_group(layout, state, group)
                names += tuple(part.name for part in group)
            forget(layout, state)
        removed = layout.folder if remove_data and layout.folder.exists() else None
        if removed is not None:
            shutil.rmtree(removed)
        return Ended(names, killed, removed)


def end_parts(layout: Layout, state: State, names: Collection[str]) -> State:
    """End the parts called ``names``, in order; the state without them, which is kept."""
    for group in _in_order([part for part in state.parts if part.name in names]):
        _end_group(layout, state, group)
        for part in group:
            state = state.without(part.name)
        write_state(layout.state, state)
    return state


def forget(layout: Layout, state: State) -> None:
    """Remove what says that something is up, and Ray's own files."""
    shutil.rmtree(state.ray_folder, ignore_errors=True)
    layout.state.unlink(missing_ok=True)


def _in_order(parts: Collection[Part]) -> list[list[Part]]:
    """Groups that are ended one after the other: whoever uses a part ends before it."""
    last = [HEAD, mlflow_service.NAME, postgres_service.NAME]
    workers = [part for part in parts if part.name not in last]
    groups = [workers, *([part for part in parts if part.name == name] for name in last)]
    return [group for group in groups if group]


def _end_group(layout: Layout, state: State, group: list[Part]) -> int:
    killed = end(group, max(_GRACE_S.get(part.name, ray_nodes.GRACE_S) for part in group))
    for part in group:
        if part.name not in _GRACE_S:
            ray_nodes.keep_logs(layout, state, part.name)
    return killed
