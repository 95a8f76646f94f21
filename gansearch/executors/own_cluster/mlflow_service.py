"""MLflow's server, on whichever database there is; it keeps the artifacts too, so that nodes need no common disk."""

from __future__ import annotations

import os
import sys
from http.client import HTTPException
from urllib.request import urlopen

from gansearch.executors.own_cluster.layout import LOOPBACK, Layout
from gansearch.executors.own_cluster.processes import Command
from gansearch.executors.own_cluster.state import State
from gansearch.tracking.silence import prepare_environment

NAME = "mlflow"
LIMIT_S = 120.0
"""How long it may take to come up: at its first start it makes its tables, some dozens of migrations."""
GRACE_S = 15.0


def tracking_uri(state: State) -> str:
    """Where runs are tracked."""
    return f"http://{LOOPBACK}:{state.ports[NAME]}"


def mlflow_command(layout: Layout, state: State) -> Command:
    """What starts the server."""
    prepare_environment()
    where = {
        "MLFLOW_BACKEND_STORE_URI": state.mlflow_database,
        "MLFLOW_ARTIFACTS_DESTINATION": layout.artifacts.as_uri(),
    }
    others = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    reached = ["--host", LOOPBACK, "--port", str(state.ports[NAME]), "--workers", "1"]
    arguments = [sys.executable, "-m", "mlflow", "server", *reached]
    return Command(NAME, arguments, {**others, **where}, layout.folder, layout.log(NAME), state.ports[NAME])


def is_healthy(state: State) -> bool:
    """Whether the server answers."""
    try:
        with urlopen(f"{tracking_uri(state)}/health", timeout=10) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False
