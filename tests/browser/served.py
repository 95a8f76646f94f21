"""Studies of twelve trials and of 200 runs, and ``gansearch ui`` on them: what the browser looks at."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

SPACE = Path(__file__).parent / "digits.yaml"
STUDY = "digits"
MANY = "arms"
"""Name of the study of 200 runs."""
API = "/api/2.0/mlflow"
START_S = 240.0
"""Seconds that MLflow may take to answer: it migrates a new store, on a machine that does other things as well."""


@dataclass(frozen=True)
class Run:
    """A run as MLflow's own API tells it."""

    run_id: str
    name: str
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]


@dataclass(frozen=True)
class Served:
    """MLflow's pages for the study.

    Attributes:
        address: of the server, without a slash at its end.
        report: the study's report folder.
        experiment: id of the study's experiment.
        launch: the parent run.
        trials: the runs of the trials by name.
    """

    address: str
    report: Path
    experiment: str
    launch: Run
    trials: dict[str, Run]

    def page(self, path: str, **query: str) -> str:
        """Address of a page, among the pages for model training rather than those for language models."""
        said = urlencode({**query, "workflowType": "machine_learning"}, quote_via=quote)
        return f"{self.address}/#{path}?{said}"

    def trials_page(self) -> str:
        """The runs table with the trials alone, best first: the address that the guide has."""
        condition = "tags.`gansearch.kind` = 'trial'"
        return self.page(
            f"/experiments/{self.experiment}/runs",
            searchFilter=condition,
            orderByKey="metrics.`frechet_distance`",
            orderByAsc="true",
        )

    def comparison_page(self, names: Iterable[str] | None = None) -> str:
        """Trials compared, in the order of ``names``; all of them without any."""
        ids = json.dumps([self.trials[name].run_id for name in (self.trials if names is None else names)])
        return self.page("/compare-runs", runs=ids, experiments=json.dumps([self.experiment]))

    def run_page(self, run: Run, tab: str = "") -> str:
        """A run's page, or one tab of it."""
        return self.page(f"/experiments/{self.experiment}/runs/{run.run_id}{tab}")


def launch(home: Path) -> None:
    """Launch the twelve trials with the real command, one after the other."""
    command = ["launch", str(SPACE), "--executor", "local", "--home", str(home)]
    done = subprocess.run(
        [sys.executable, "-m", "gansearch.cli", *command],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def record_many(home: Path) -> None:
    """Train 200 runs of eight arms in packs, and show them in MLflow as ``gansearch track`` does."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("many_runs.py"))],
        env=environment() | {"GANSEARCH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def serve(home: Path, study: str = STUDY) -> Iterator[Served]:
    """``gansearch ui`` on a free port, until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "gansearch.cli", "ui", "--port", str(port), "--home", str(home)]
    with (home / "ui.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment(), stdout=log, stderr=log, start_new_session=True)
    try:
        yield wait_for(f"http://127.0.0.1:{port}", home, study)
    finally:
        os.kill(server.pid, signal.SIGTERM)
        server.wait(timeout=120)


def wait_for(address: str, home: Path, study: str) -> Served:
    """Read what the server tells about the study, as soon as it answers."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            experiment = ask(address, f"{API}/experiments/get-by-name?experiment_name={study}")["experiment"]
            break
        except (URLError, ConnectionError, TimeoutError):
            assert time.monotonic() < deadline, (home / "ui.log").read_text(encoding="utf-8")
            time.sleep(0.3)
    experiment_id = experiment["experiment_id"]
    body = {"experiment_ids": [experiment_id], "max_results": 1000}
    runs = [as_run(each) for each in ask(address, f"{API}/runs/search", body)["runs"]]
    (parent,) = [run for run in runs if run.tags["gansearch.kind"] == "launch"]
    trials = {run.name: run for run in runs if run.tags["gansearch.kind"] == "trial"}
    return Served(address, home / "studies" / study / "report", experiment_id, parent, trials)


def as_run(told: Any) -> Run:
    """A run from the API's answer."""

    params, metrics, tags = (
        {each["key"]: each["value"] for each in told["data"].get(kind, [])} for kind in ("params", "metrics", "tags")
    )
    return Run(told["info"]["run_id"], told["info"]["run_name"], params, metrics, tags)


def ask(address: str, path: str, body: object = None) -> Any:
    """The server's answer: GET without ``body``, else POST."""
    content = None if body is None else json.dumps(body).encode()
    request = Request(f"{address}{path}", content, {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """One thread: the other core belongs to the browser."""
    return os.environ | {"OMP_NUM_THREADS": "1"}
