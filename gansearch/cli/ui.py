"""``gansearch ui``: the MLflow UI on the right store."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gansearch.cli._errors import INTERRUPTED
from gansearch.cli._options import Home, TrackingUri


def ui(
    port: Annotated[int, typer.Option(help="Port on this machine.", metavar="N", min=1, max=65535)] = 5000,
    tracking_uri: TrackingUri = None,
    home: Home = None,
) -> None:
    """Serve the MLflow UI on the right store.

    It answers on this machine alone (127.0.0.1), until Ctrl-C.
    """
    import os
    import signal
    import subprocess

    from gansearch.storage.home import home as home_folder
    from gansearch.tracking.location import artifact_root, default_uri, is_server
    from gansearch.tracking.silence import prepare_environment
    from gansearch.tracking.store import check_sound

    folder = home_folder()
    uri = tracking_uri or default_uri(folder)
    if is_server(uri):
        typer.echo(f"{uri} is a server already: open it in a browser")
        return
    check_sound(uri)
    folder.mkdir(parents=True, exist_ok=True)
    typer.echo(f"MLflow on {uri}: http://127.0.0.1:{port} (Ctrl-C ends it)", err=True)
    prepare_environment()
    where = ["--backend-store-uri", uri, "--default-artifact-root", artifact_root(folder)]
    reached = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    # In a process group of its own, since MLflow starts further processes and ends none of them when it is ended.
    server = subprocess.Popen([sys.executable, "-m", "mlflow", "ui", *where, *reached], start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.killpg(server.pid, signal.SIGTERM))
    status = server.wait()
    raise typer.Exit(INTERRUPTED if status < 0 else status)
