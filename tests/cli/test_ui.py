"""``gansearch ui`` serves the right store, on this machine alone."""

from __future__ import annotations

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

from gansearch.tracking import artifact_root, default_uri

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
