"""The tracker against a real tracking server on this machine, which goes away for a while and comes back."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gansearch.curves import Curve, read_curve
from gansearch.errors import GansearchError
from gansearch.executors.launch import LaunchOptions, launch
from gansearch.executors.tracking_again import track_study
from gansearch.records import End, TrialIdentity
from gansearch.space import load_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import StudyStatus, open_readonly, request_stop
from gansearch.tracking import Experiment, MlflowTracker, bring_up_to_date, default_uri, run_links
from gansearch.tracking.links import VIEW

pytestmark = [pytest.mark.verify(seconds=70), pytest.mark.timeout(1200)]
TRIAL = TrialIdentity("digits", 7)
OUTAGE_S = 60.0
RINGS = """
name: rings
dataset: {name: ring, train_samples: 640, test_samples: 1000}
generator: {architecture: mlp, layers: 2, width: 16, latent_size: 4}
discriminator: {architecture: mlp, layers: 2, width: 16, dropout: {float: [0.0, 0.5]}}
training: {batch_size: 32, epochs: 40, evaluate_every: 4}
resources: {cpu: 1, lanes: 1}
detectors: {mode: shadow}
plan: {kind: search, trials: 1000, sampler: random, pruner: none, objective: {metric: frechet_distance}}
"""


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
            # Without its runners of jobs, seven processes that tracking has no use for.
            quiet = {"DO_NOT_TRACK": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, env={**os.environ, **quiet}
            )
        deadline = time.monotonic() + 300
        while not self._answers():
            assert time.monotonic() < deadline, (self._home / "server.log").read_text()
            time.sleep(0.2)

    def stop(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it accept connections and answer none."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.uri}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    made = Server(home)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def wait_for(holds: Callable[[], bool], limit_s: float = 200.0) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"not so within {limit_s} s"
        time.sleep(0.05)


def test_nothing_is_lost_while_the_server_is_away(
    home: Path, server: Server, notes: Any, play: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    from mlflow import MlflowClient

    experiment = Experiment(server.uri, "digits", home)
    tracker = MlflowTracker(experiment, notes, interval_s=0.05)
    notes.launch(1, notes.now_s)
    tracker.launch_changed()
    play(range(1))
    tracker.trial_changed(TRIAL)
    wait_for(lambda: tracker.run_url(TRIAL) is not None and not tracker.lacking)
    server.stop()
    play(range(1, 3), End.COMPLETED)
    tracker.trial_changed(TRIAL)
    time.sleep(1.0)
    server.start()
    assert tracker.close(100) == 0

    client = MlflowClient(server.uri)
    url, run_id = tracker.run_url(TRIAL), tracker.run_id(TRIAL)
    assert run_id is not None
    assert url == f"{server.uri}/#/experiments/{client.get_run(run_id).info.experiment_id}/runs/{run_id}{VIEW}"
    assert run_links(server.uri, "digits") == {"digits-7": url}
    found = bring_up_to_date(experiment, notes, [TRIAL])
    assert found.is_complete
    assert found.written.total == 0
    assert (home / "served").is_dir()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("is_noticed", [True, False], ids=["while it records", "after the last record"])
def test_a_server_that_comes_back_empty_gets_everything_again(
    *, home: Path, empty_store: Path, server: Server, notes: Any, play: Callable[..., None], is_noticed: bool
) -> None:
    experiment = Experiment(server.uri, "digits", home)
    tracker = MlflowTracker(experiment, notes, interval_s=0.05)
    notes.launch(1, notes.now_s)
    tracker.launch_changed()
    play(range(2), None if is_noticed else End.COMPLETED)
    tracker.trial_changed(TRIAL)
    wait_for(lambda: tracker.run_url(TRIAL) is not None and not tracker.lacking)
    server.stop()
    shutil.copy(empty_store / "mlflow.db", home / "mlflow.db")
    shutil.rmtree(home / "served")
    server.start()
    if is_noticed:
        play(range(2, 4), End.COMPLETED)
        tracker.trial_changed(TRIAL)
    assert tracker.close(100) == 0
    found = bring_up_to_date(experiment, notes, [TRIAL])
    assert found.is_complete
    assert found.written.total == 0


@pytest.mark.parametrize(
    ("is_frozen", "outage_s"), [(False, OUTAGE_S), (True, OUTAGE_S / 2)], ids=["killed for 60 s", "frozen for 30 s"]
)
def test_an_outage_costs_a_search_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_frozen: bool, outage_s: float
) -> None:
    """The search goes on for as long as the server is away, and until some trials have ended after it is back."""
    space = tmp_path / "rings.yaml"
    space.write_text(RINGS, encoding="utf-8")
    over = threading.Event()
    ended_at: list[int] = []
    trouble: list[Exception] = []

    def outage() -> None:
        try:
            wait_for(lambda: bool(run_links(server.uri, "rings")))
            server.freeze() if is_frozen else server.stop()
            time.sleep(outage_s)
            server.thaw() if is_frozen else server.start()
        except (AssertionError, GansearchError, OSError) as error:
            trouble.append(error)
        finally:
            over.set()

    def stop_after_it(status: StudyStatus) -> None:
        if over.is_set():
            ended_at.append(status.counts.get("completed", 0))
            if ended_at[-1] >= ended_at[0] + 2:
                request_stop("rings", Storage(study_dir("rings")), discard=False)

    said: list[str] = []
    monkeypatch.setattr("gansearch.executors.launch_run.HAND_OVER_S", 300.0)
    disturber = threading.Thread(target=outage)
    disturber.start()
    try:
        options = LaunchOptions(executor="local", tracking_uri=server.uri)
        result = launch(load_space(str(space)), options, watch=stop_after_it, say=said.append)
    finally:
        disturber.join()
    assert trouble == []
    assert result.outcome == "stopped"
    assert result.tracking.lacking == ()
    assert result.tracking.blocked_s <= 0.5
    assert any("MLflow cannot be brought up to date now" in sentence for sentence in said)
    assert any("MLflow is brought up to date again" in sentence for sentence in said)
    compare_with_records(server.uri)
    found = track_study("rings", tracking_uri=server.uri)
    assert found.is_complete
    assert found.written.total == 0


def compare_with_records(uri: str) -> None:
    """Every trial that recorded something has one run, and the run has all of it."""
    from mlflow import MlflowClient

    client, storage = MlflowClient(uri), Storage(study_dir("rings"))
    with open_readonly("rings", storage) as study:
        rows = study.trials()
    curves = {row.identity: Curve.of(read_curve(storage, row.identity)[0]) for row in rows}
    experiment = client.get_experiment_by_name("rings")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], "tags.`gansearch.kind` = 'trial'")
    assert sorted(run.info.run_name for run in runs) == sorted(
        str(who) for who, curve in curves.items() if curve.attempts
    )
    for run in runs:
        (curve,) = [curve for identity, curve in curves.items() if str(identity) == run.info.run_name]
        assert curve.end is not None
        assert run.data.tags["gansearch.end"] == curve.end.end
        evaluated = [point.step for point in client.get_metric_history(run.info.run_id, "epoch")]
        assert evaluated == [done.step for done in curve.evaluations]
        losses = [point.step for point in client.get_metric_history(run.info.run_id, "train/d_loss")]
        assert len(set(losses)) == len(losses)
        if curve.end.end is End.COMPLETED:
            assert max(losses) == curve.steps
        images = [file.path for file in client.list_artifacts(run.info.run_id, "images") if file.path.endswith(".png")]
        assert len(images) == len(curve.samples)
