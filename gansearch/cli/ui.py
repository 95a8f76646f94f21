"""``gansearch ui``: the MLflow UI on the right store."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gansearch.cli._options import Home, TrackingUri


def ui(
    port: Annotated[int, typer.Option(help="Port on this machine.", metavar="N", min=1, max=65535)] = 5000,
    tracking_uri: TrackingUri = None,
    home: Home = None,
) -> None:
    """Serve the MLflow UI on the right store.

    It answers on this machine alone (127.0.0.1), until Ctrl-C.
    """
    import subprocess

    from gansearch.storage.home import home as home_folder
    from gansearch.tracking.location import artifact_root, default_uri, is_server
    from gansearch.tracking.silence import prepare_environment

    folder = home_folder()
    uri = tracking_uri or default_uri(folder)
    if is_server(uri):
        typer.echo(f"{uri} is a server already: open it in a browser")
        return
    folder.mkdir(parents=True, exist_ok=True)
    typer.echo(f"MLflow on {uri}: http://127.0.0.1:{port} (Ctrl-C ends it)", err=True)
    prepare_environment()
    where = ["--backend-store-uri", uri, "--default-artifact-root", artifact_root(folder)]
    reached = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    served = subprocess.run([sys.executable, "-m", "mlflow", "ui", *where, *reached], check=False)
    raise typer.Exit(served.returncode)
