"""What ``ray start`` runs on a worker node before it starts anything, by the name in ``RAY_START_HOOK``."""

from __future__ import annotations

from typing import Any

from gansearch.executors.own_cluster.loopback import stay_on_loopback


def stay_light(ray_params: Any, head: bool) -> None:
    """Stay on loopback, with the agent of a plain ``pip install ray``, which needs a third of the time to come up.

    Ray gives up a node whose agent takes longer than 15 s, as it does where several of them share busy cores.
    """
    from ray._private import utils

    stay_on_loopback(ray_params, head)
    utils.get_dashboard_dependency_error = lambda: ImportError("left out")
