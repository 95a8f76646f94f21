"""``gansearch ui``: the MLflow UI on the right store, for this machine alone unless it asks who is there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from gansearch.cli._errors import INTERRUPTED
from gansearch.cli._options import Home, TrackingUri

LOOPBACK: Final = "127.0.0.1"
KEY, PASSWORD, CONFIG = "MLFLOW_FLASK_SERVER_SECRET_KEY", "MLFLOW_AUTH_ADMIN_PASSWORD", "MLFLOW_AUTH_CONFIG_PATH"
"""What MLflow's basic authentication reads from the environment."""
CONFIG_FILE: Final = "mlflow_auth.ini"


def ui(
    port: Annotated[int, typer.Option(help="Port on this machine.", metavar="N", min=1, max=65535)] = 5000,
    host: Annotated[
        str,
        typer.Option(help="Address to answer on. One that others reach needs authentication.", metavar="ADDRESS"),
    ] = LOOPBACK,
    tracking_uri: TrackingUri = None,
    home: Home = None,
) -> None:
    """Serve the MLflow UI on the right store.

    It answers on this machine alone (127.0.0.1), until Ctrl-C. On any other address it asks for a name and a password:
    MLFLOW_FLASK_SERVER_SECRET_KEY and MLFLOW_AUTH_ADMIN_PASSWORD must be set.
    """
    import os

    from gansearch.storage.home import home as home_folder
    from gansearch.storage.masking import shown
    from gansearch.tracking.location import default_uri, is_server
    from gansearch.tracking.silence import prepare_environment
    from gansearch.tracking.store import check_sound

    folder = home_folder()
    uri = tracking_uri or default_uri(folder)
    if is_server(uri):
        typer.echo(f"{shown(uri)} is a server already: open it in a browser")
        return
    is_open = not is_loopback(host)
    if is_open:
        check_authentication(host, os.environ)
    check_sound(uri)
    folder.mkdir(parents=True, exist_ok=True)
    prepare_environment()
    environment = {**os.environ, "MLFLOW_BACKEND_STORE_URI": uri}
    if is_open:
        environment.setdefault(CONFIG, str(write_config(folder)))
    typer.echo(f"MLflow on {shown(uri)}: http://{_in_url(host)}:{port} (Ctrl-C ends it)", err=True)
    status = _served(server_command(folder, host, port), environment)
    raise typer.Exit(INTERRUPTED if status < 0 else status)


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches ``host``; a name is not looked up, since its meaning may change."""
    from ipaddress import ip_address

    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check_authentication(host: str, environment: Mapping[str, str]) -> None:
    """Whether MLflow can ask who is there before it answers on ``host``.

    Raises:
        TrackingError: where it cannot.
    """
    from importlib.util import find_spec

    from gansearch.errors import TrackingError

    lacking = [] if environment.get(KEY) else [f"{KEY} to be set to a long random word"]
    if not (environment.get(PASSWORD) or environment.get(CONFIG)):
        lacking.append(f"{PASSWORD} (of the user `admin`) or {CONFIG} to be set")
    if find_spec("flask_wtf") is None:
        lacking.append("the package Flask-WTF: pip install 'mlflow[auth]'")
    if lacking:
        raise TrackingError(
            f"MLflow must ask for a name and a password where others reach it: on --host {host} it needs "
            f"{', and '.join(lacking)}. Or leave --host out, and reach {LOOPBACK} through ssh -L"
        )


def write_config(folder: Path) -> Path:
    """MLflow's own settings of authentication, with its users kept in ``folder``; they hold no secret."""
    path, users = folder / CONFIG_FILE, str(folder.resolve() / "mlflow_users.db")
    lines = [
        "[mlflow]",
        "default_permission = READ",
        f"database_uri = sqlite:///{users.replace('%', '%%')}",
        "admin_username = admin",
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def server_command(folder: Path, host: str, port: int) -> list[str]:
    """What is run: without the store's address, which may hold a password and could be read from the process list."""
    from gansearch.tracking.location import artifact_root

    where = ["--default-artifact-root", artifact_root(folder), "--host", host.strip("[]"), "--port", str(port)]
    asked = [] if is_loopback(host) else ["--app-name", "basic-auth"]
    return [sys.executable, "-m", "mlflow", "ui", *where, "--workers", "1", *asked]


def _served(command: list[str], environment: Mapping[str, str]) -> int:
    """Run the server until it ends; its exit status."""
    import os
    import signal
    import subprocess

    # In a process group of its own, since MLflow starts further processes and ends none of them when it is ended.
    server = subprocess.Popen(command, env=dict(environment), start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.killpg(server.pid, signal.SIGTERM))
    return server.wait()


def _in_url(host: str) -> str:
    bare = host.strip("[]")
    return f"[{bare}]" if ":" in bare else bare
