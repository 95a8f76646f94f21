"""A search that is launched, watched, stopped and resumed from a laptop, which has the address and the token alone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gansearch.executors.own_cluster import mlflow_service, ray_nodes
from gansearch.executors.own_cluster.private_files import read_secret
from tests.cluster import search
from tests.cluster.cluster import Cluster
from tests.cluster.machine import Machine

pytestmark = [pytest.mark.verify, pytest.mark.timeout(1500)]

STUDY = "jobs"
TRIALS = 1000
"""So many that no machine ends them before a stop from elsewhere has been heard."""
EPOCHS = 40
"""So many that a stop from elsewhere does not find all running trials in their last interval, which they would end."""
ENDS = {"completed", "pruned", "collapsed", "diverged"}
LIMIT_S = 300.0


class Laptop:
    """A machine that is no part of the cluster."""

    def __init__(self, machine: Machine, address: str) -> None:
        self.machine = machine
        self._address = address

    def gansearch(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command against the cluster."""
        return subprocess.run(
            [sys.executable, "-m", "gansearch.cli", *arguments, "--address", self._address],
            cwd=self.machine.work,
            env=self.machine.environment({}) | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )

    def done(self, *arguments: str) -> str:
        """What a command printed that must succeed."""
        found = self.gansearch(*arguments)
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout

    def counts(self) -> Mapping[str, int]:
        """Trials of the study by state."""
        status: dict[str, Any] = json.loads(self.done("status", STUDY, "--json"))
        counts: dict[str, int] = status["counts"]
        return counts


def wait(is_so: Callable[[], bool], said: Callable[[], str]) -> None:
    """Until it is so; ``said`` tells what there was instead."""
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(said())
        time.sleep(0.5)


@pytest.fixture
def laptop(cluster: Cluster, tmp_path: Path) -> Iterator[Laptop]:
    machine = Machine(tmp_path / "laptop").make(read_secret(cluster.layout.token))
    yield Laptop(machine, ray_nodes.dashboard(cluster.state))
    assert not machine.gansearch_home.exists(), "everything lies with the cluster"


def test_a_search_is_launched_watched_stopped_and_resumed_from_elsewhere(
    laptop: Laptop, cluster: Cluster, tmp_path: Path
) -> None:
    refused = laptop.gansearch("status", STUDY, RAY_AUTH_TOKEN_PATH="/dev/null")
    assert refused.returncode == 1
    assert "refuses: it wants a token, and this one is missing or wrong. Set RAY_AUTH_MODE=token" in refused.stderr

    space = search.write(tmp_path, TRIALS, EPOCHS)
    uri = mlflow_service.tracking_uri(cluster.state)
    laptop.done("launch", str(space), "--name", STUDY, "--tracking-uri", uri)
    logs = partial(laptop.done, "logs", STUDY)
    wait(lambda: laptop.counts().get("running", 0) > 0, logs)
    laptop.done("stop", STUDY)
    wait(lambda: f"{STUDY}: stopped" in logs(), logs)
    begun = laptop.counts()
    assert set(begun) - ENDS, "what ran when the stop came rests"

    bound = f"trials={sum(begun.values()) + 1}"
    resumed = laptop.done("resume", STUDY, "--budget", bound, "--follow")
    ended = laptop.counts()
    assert set(ended) <= ENDS
    count = sum(begun.values()) + 1
    assert sum(ended.values()) == count
    said = f"{STUDY}: finished: {count} of {count} trials ended"
    assert said in resumed
    assert said in logs()
    listed = json.loads(laptop.done("list", "--json"))
    assert STUDY in json.dumps(listed)
