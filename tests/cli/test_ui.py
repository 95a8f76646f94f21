"""``gansearch ui`` serves the right store, on this machine alone."""

from __future__ import annotations

import configparser
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from mlflow import MlflowClient

from gansearch.errors import TrackingError
from gansearch.tracking import artifact_root, default_uri

ui = importlib.import_module("gansearch.cli.ui")
"""The module; the package has the command of that name."""

Run = Callable[..., Any]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def experiments(port: int) -> list[str] | None:
    """Names of the experiments that the server has; None while it does not answer."""
    body = json.dumps({"max_results": 10}).encode()
    url = f"http://127.0.0.1:{port}/api/2.0/mlflow/experiments/search"
    try:
        with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=5) as answer:
            return [each["name"] for each in json.load(answer)["experiments"]]
    except (URLError, ConnectionError, TimeoutError):
        return None


def test_a_server_needs_no_ui_of_its_own(run: Run) -> None:
    ended = run("ui", "--tracking-uri", "http://tracking.example:5000")

    assert ended.status == 0
    assert ended.out == "http://tracking.example:5000 is a server already: open it in a browser\n"


def test_a_servers_secrets_are_not_shown(run: Run) -> None:
    ended = run("ui", "--tracking-uri", "http://me:s3cr3t@tracking.example:5000")

    assert ended.out == "http://tracking.example:5000 is a server already: open it in a browser\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "[::1]", "localhost"])
def test_loopback_is_this_machine(host: str) -> None:
    assert ui.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "localhost.example", "mlflow", "", "2130706433"])
def test_anything_else_may_be_reached_by_others(host: str) -> None:
    assert not ui.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "mlflow.example"])
def test_a_wider_address_is_refused_without_authentication(
    run: Run, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr(ui, "_served", lambda *_: pytest.fail("it was started"))
    for name in (ui.KEY, ui.PASSWORD, ui.CONFIG):
        monkeypatch.delenv(name, raising=False)
    ended = run("ui", "--host", host)

    assert ended.status == 1
    assert f"must ask for a name and a password where others reach it: on --host {host} it needs" in ended.err
    for wanted in (ui.KEY, ui.PASSWORD, "through ssh -L"):
        assert wanted in ended.err


@pytest.mark.parametrize("missing", ["key", "password", "package"])
def test_each_part_of_the_authentication_is_needed(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    given = {ui.KEY: "long and random", ui.PASSWORD: "longer than twelve"}
    given.pop({"key": ui.KEY, "password": ui.PASSWORD}.get(missing, ""), None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None if missing == "package" else object())
    names = {"key": ui.KEY, "password": ui.PASSWORD, "package": "Flask-WTF"}

    with pytest.raises(TrackingError, match=names[missing]) as caught:
        ui.check_authentication("0.0.0.0", given)
    assert not [name for part, name in names.items() if part != missing and name in str(caught.value)]


def kept_in(started: list[Any]) -> Callable[..., int]:
    """In place of what starts the server: keeps what it was to be started with."""

    def serve(*given: Any) -> int:
        started.append(given)
        return 0

    return serve


def test_with_authentication_it_may_be_reached(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(ui, "_served", kept_in(started))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    monkeypatch.setenv(ui.KEY, "long and random")
    monkeypatch.setenv(ui.PASSWORD, "longer than twelve")
    monkeypatch.delenv(ui.CONFIG, raising=False)
    ended = run("ui", "--host", "0.0.0.0", "--home", str(tmp_path))
    ((command, environment),) = started
    config = configparser.ConfigParser()
    config.read(environment[ui.CONFIG])

    assert ended.status == 0
    assert command[-2:] == ["--app-name", "basic-auth"]
    assert "longer than twelve" not in Path(environment[ui.CONFIG]).read_text(encoding="utf-8")
    assert config["mlflow"]["database_uri"] == f"sqlite:///{tmp_path / 'mlflow_users.db'}"
    # Every setting that MLflow cannot do without.
    assert {"default_permission", "database_uri", "admin_username"} <= config["mlflow"].keys()


def test_the_stores_password_is_not_in_the_process_list(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(ui, "_served", kept_in(started))
    uri = "postgresql://me:s3cr3t@host/mlflow"
    ended = run("ui", "--tracking-uri", uri, "--home", str(tmp_path))
    ((command, environment),) = started

    assert environment["MLFLOW_BACKEND_STORE_URI"] == uri
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert "basic-auth" not in command
    assert "s3cr3t" not in " ".join([*command, ended.out, ended.err])


@pytest.mark.verify
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_the_studies_of_its_home_until_it_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    MlflowClient(default_uri(tmp_path)).create_experiment("digits", artifact_location=artifact_root(tmp_path))
    port = free_port()
    command = [sys.executable, "-m", "gansearch.cli", "ui", "--port", str(port), "--home", str(tmp_path)]
    server = subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"}, start_new_session=True)
    try:
        deadline = time.monotonic() + 240
        while (names := experiments(port)) is None and time.monotonic() < deadline:
            time.sleep(0.5)
        assert names is not None
        assert "digits" in names
    finally:
        os.kill(server.pid, number)  # to it alone: what it started must end with it
        server.wait(timeout=30)
    assert experiments(port) is None
