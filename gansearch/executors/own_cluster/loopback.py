"""Keeps Ray's nodes on loopback; run by ``ray start`` itself, by the name in ``RAY_START_HOOK``.

``ray start --node-ip-address 127.0.0.1`` takes the machine's outer address in its place, and servers of a node with
any other address than this one listen on all of them. ``ray_session`` does the like for what a launch starts.
"""

from __future__ import annotations

import os
from typing import Any

from gansearch.executors.own_cluster.layout import LOOPBACK

HOOK = f"{__name__}.stay_on_loopback"
HOOK_VARIABLE = "RAY_START_HOOK"
JOIN_ENVIRONMENT = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""For whoever joins: Ray keeps 127.0.0.1 as it is only where it believes that there are no clusters of machines."""


def stay_on_loopback(ray_params: Any, head: bool) -> None:  # noqa: ARG001 - Ray calls it so
    """Give the node that is about to start the address 127.0.0.1, and no server for Ray's remote clients."""
    from ray._private import services

    services.get_node_ip_address = lambda *_: LOOPBACK
    ray_params.node_ip_address = LOOPBACK
    ray_params.ray_client_server_port = None
    # For drivers of jobs, which the node starts; it has read these variables itself already.
    os.environ.update(JOIN_ENVIRONMENT)
    os.environ.pop(HOOK_VARIABLE, None)
