"""The tracker against a real tracking server on this machine, which goes away for a while and comes back."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from gansearch.records import End, Evaluation, TrialEnd, TrialIdentity
from gansearch.tracking import MlflowTracker, default_uri, run_links

pytestmark = pytest.mark.verify
TRIAL = TrialIdentity("digits", 0)


class Server:
    """``mlflow server`` in a process group of its own, on a free port."""

    def __init__(self, home: Path) -> None:
        self._home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--backend-store-uri", default_uri(self._home), "--workers", "1"]
        command += ["--artifacts-destination", str(self._home / "served")]
        with (self._home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, env={**os.environ, "DO_NOT_TRACK": "true"}
            )
        deadline = time.monotonic() + 180
        while not self._answers():
            assert time.monotonic() < deadline, (self._home / "server.log").read_text()
            time.sleep(0.2)

    def stop(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.uri}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    made = Server(home)
    made.start()
    yield made
    made.stop()


def test_nothing_is_lost_while_the_server_is_away(
    home: Path, server: Server, make_evaluation: Callable[..., Evaluation], capfd: pytest.CaptureFixture[str]
) -> None:
    from mlflow import MlflowClient

    tracker = MlflowTracker(server.uri, "digits", artifact_root=home, interval_s=0.05)
    tracker.launch_started({"sampler": "tpe"})
    tracker.trial_started(TRIAL, {"training.epochs": 3}, {"generator.lr": 2e-4}, {"attempt": 0})
    for number in range(3):
        if number == 1:
            while tracker.run_url(TRIAL) is None:
                time.sleep(0.05)
            server.stop()
        tracker.signals(TRIAL, 100 * number, {"d_loss": np.full(100, float(number), dtype=np.float32)})
        tracker.evaluation(TRIAL, make_evaluation(100 * (number + 1)))
        tracker.image(TRIAL, 100 * (number + 1), "samples", np.zeros((8, 8), dtype=np.uint8))
        time.sleep(0.3)
    tracker.trial_ended(TRIAL, TrialEnd(End.COMPLETED, "trained all 3 epochs", 300, 3))
    tracker.launch_ended("finished")
    server.start()
    assert tracker.close(60) == 0
    assert tracker.lost == 0
    assert tracker.blocked_s < 0.1

    client = MlflowClient(server.uri)
    url = tracker.run_url(TRIAL)
    run_id = tracker.run_id(TRIAL)
    assert run_id is not None
    assert url == f"{server.uri}/#/experiments/{client.get_run(run_id).info.experiment_id}/runs/{run_id}"
    assert run_links(server.uri, "digits") == {"digits-0": url}
    assert client.get_run(run_id).info.status == "FINISHED"
    assert [point.step for point in client.get_metric_history(run_id, "frechet_distance")] == [100, 200, 300]
    assert len(client.get_metric_history(run_id, "train/d_loss")) == 150
    images = [file.path for file in client.list_artifacts(run_id, "images") if file.path.endswith(".png")]
    assert len(images) == 3
    assert (home / "served").is_dir()
    assert capfd.readouterr() == ("", "")
