"""The real service: Ray's nodes, MLflow's server and its database come up, on loopback and guarded, and go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from gansearch.executors.own_cluster.identity import Identity, family, is_alive
from gansearch.executors.own_cluster.layout import layout
from gansearch.executors.own_cluster.state import State, read_state

DRIVER = """
import json, ray
from gansearch.executors.ray_session import ray_session

@ray.remote(num_cpus=1, num_gpus=1)
def host():
    return ray.get_runtime_context().get_node_id()

with ray_session(None):
    nodes = {node["NodeName"]: node["Resources"] for node in ray.nodes() if node["Alive"]}
    print(json.dumps({"nodes": nodes, "ran": len(ray.get(host.remote()))}))
"""
LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}
LISTENS = "0A"


def gansearch(*arguments: str) -> subprocess.CompletedProcess[str]:
    return command("cluster", *arguments)


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "gansearch.cli", *arguments]
    return subprocess.run(run, capture_output=True, text=True, check=False, env=os.environ | environment)


def driver(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER], env=os.environ | environment, stdout=-1, stderr=-1, text=True
    )


def everyone(state: State) -> set[Identity]:
    return family(known for part in state.parts for known in part.identities)


def listening(processes: set[Identity]) -> list[str]:
    """Addresses that ``processes`` listen on, as the system writes them."""
    sockets = set()
    for process in processes:
        for handle in Path(f"/proc/{process.pid}/fd").iterdir():
            try:
                sockets.add(str(handle.readlink()))
            except FileNotFoundError:  # closed meanwhile
                continue
    rows = [row.split() for table in ("tcp", "tcp6") for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    return [row[1].split(":")[0] for row in rows if row[3] == LISTENS and f"socket:[{row[9]}]" in sockets]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, Any]]]:
    """The home of a cluster and what it said: two workers of one logical GPU each."""
    home = str(tmp_path_factory.mktemp("service"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANSEARCH_HOME", home)
        started = gansearch("up", "--workers", "2", "--num-gpus", "1", "--database", "sqlite", "--json")
    assert started.returncode == 0, started.stderr
    try:
        yield home, json.loads(started.stdout)
    finally:
        command("cluster", "down", GANSEARCH_HOME=home)


@pytest.fixture
def cluster(service: tuple[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What it said, in its home."""
    home, said = service
    monkeypatch.setenv("GANSEARCH_HOME", home)
    return said


@pytest.mark.verify
def test_the_service_is_up_on_loopback_asks_for_its_token_and_goes(cluster: dict[str, Any], tmp_path: Path) -> None:
    another = tmp_path / "token"
    another.write_text("0" * 64)
    admitted = driver(cluster["environment"])
    refused = driver(cluster["environment"] | {"RAY_AUTH_TOKEN_PATH": str(another)})

    said, errors = admitted.communicate(timeout=240)
    assert admitted.returncode == 0, errors
    found = json.loads(said.splitlines()[-1])
    amounts = {name: (has.get("CPU", 0), has.get("GPU", 0)) for name, has in found["nodes"].items()}
    assert amounts == {"head": (0, 0), "worker-1": (1, 1), "worker-2": (1, 1)}
    assert found["ran"] > 0

    _, errors = refused.communicate(timeout=240)
    assert refused.returncode == 1
    assert "no Ray cluster could be started or joined" in errors
    with pytest.raises(HTTPError, match="401"):
        urlopen(f"{cluster['dashboard']}/api/version", timeout=30)
    with urlopen(f"{cluster['tracking_uri']}/health", timeout=30) as answer:
        assert isinstance(answer, HTTPResponse)
        assert answer.read() == b"OK"

    state = read_state(layout().state)
    assert state is not None
    processes = everyone(state)
    assert len(processes) >= 3 * 4  # nodes of at least four processes, and MLflow's
    assert set(listening(processes)) <= LOOPBACK
    secret = layout().token.read_bytes()
    assert not any(secret in Path(f"/proc/{each.pid}/cmdline").read_bytes() for each in processes)

    assert gansearch("up").stdout.startswith("the cluster was up already; nothing was started")
    assert json.loads(gansearch("down", "--json").stdout)["parts"] == ["worker-1", "worker-2", "head", "mlflow"]
    assert not any(map(is_alive, processes))
    assert gansearch("down").stdout == "no cluster of this home is up\n"
