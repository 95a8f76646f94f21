"""The sides of ``search_wall``: each from its command to its end in a fresh folder, and what it says of its trials."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from benchmarks.search_list import Configuration, space
from gansearch.curves import Record, read_curve
from gansearch.records import TrialIdentity
from gansearch.storage import Storage

CHECKOUT: Final = Path(__file__).resolve().parent.parent
WEIGHTS: Final = CHECKOUT / "gansearch" / "metrics" / "weights"
LIMIT_S: Final = 1_200.0
"""Longest time that a side may take."""
INHERITED: Final = ("RAY_ADDRESS", "OMP_NUM_THREADS", "MLFLOW_TRACKING_URI", "GANSEARCH_STORAGE", "GANSEARCH_NOTIFY")
"""What a side must not be told by whoever runs this."""
LAST_LINES: Final = 15


class SideError(Exception):
    """A side has failed, or took too long."""


@dataclass(frozen=True)
class Task:
    """What every side has to do."""

    listed: Sequence[Configuration]
    epochs: int


@dataclass(frozen=True)
class Trial:
    """What a side says of one trial; times in unix seconds."""

    steps: int
    training_s: float
    evaluation_s: float
    distance: float
    """Frechet distance of its last epoch, n = 1,000."""
    began: float
    ended: float
    measured: float | None = None
    """When it has been measured by the protocol of the end, which only ours do, and only with the best."""


@dataclass(frozen=True)
class Outcome:
    """A side from its command to its end, in unix seconds."""

    began: float
    ended: float
    trials: Sequence[Trial]

    @property
    def wall_s(self) -> float:
        """The whole of it."""
        return self.ended - self.began

    @property
    def before_s(self) -> float:
        """Until the first trial begins."""
        return min(trial.began for trial in self.trials) - self.began

    @property
    def after_s(self) -> float:
        """From the end of the last trial."""
        return self.ended - max(trial.ended for trial in self.trials)

    @property
    def measuring_s(self) -> float:
        """Of that, until the best have been measured by the protocol of the end."""
        measured = [trial.measured for trial in self.trials if trial.measured is not None]
        return max(measured) - max(trial.ended for trial in self.trials) if measured else 0.0

    @property
    def trials_s(self) -> float:
        """Between the two."""
        return self.wall_s - self.before_s - self.after_s


class Side(Protocol):
    """One way to get the task done."""

    @property
    def name(self) -> str:
        """As tables show it."""
        ...

    def commands(self, task: Task, folder: Path) -> Sequence[Sequence[str]]:
        """Commands that are started together; files that they read are written into ``folder``, where they run."""
        ...

    def trials(self, folder: Path) -> Sequence[Trial]:
        """What became of the trials."""
        ...


@dataclass(frozen=True)
class Ours:
    """``gansearch launch`` of a space whose plan is the list."""

    name: str
    early_stopping: bool = False

    def commands(self, task: Task, folder: Path) -> Sequence[Sequence[str]]:
        """As a user types it; JSON is YAML."""
        document = space(task.listed, task.epochs, early_stopping=self.early_stopping)
        (folder / "space.yaml").write_text(json.dumps(document), encoding="utf-8")
        return [[sys.executable, "-m", "gansearch.cli", "launch", "space.yaml", "--name", "wall"]]

    def trials(self, folder: Path) -> Sequence[Trial]:
        """From the records."""
        storage = Storage(str(folder / "home" / "studies" / "wall"))
        count = len(list((folder / "home" / "studies" / "wall" / "records").iterdir()))
        return [_recorded(read_curve(storage, TrialIdentity("wall", number))[0]) for number in range(count)]


@dataclass(frozen=True)
class Loop:
    """``peers/digits_loop.py`` in one process or several, which share the list out."""

    name: str
    processes: int
    threads: int | None
    """Of each; None leaves torch's default."""

    def commands(self, task: Task, folder: Path) -> Sequence[Sequence[str]]:
        """Every process takes every so many-th configuration, and has a store of its own.

        Two processes that make one SQLite store of MLflow's at the same time end with an error.
        """
        found = []
        for number in range(self.processes):
            own = Task(task.listed[number :: self.processes], task.epochs)
            found.append(_peer("digits_loop", own, folder, number, {"threads": self.threads, "experiment": "digits"}))
        return found

    def trials(self, folder: Path) -> Sequence[Trial]:
        """From what each process wrote at its end; its trials are counted from the first one's start."""
        parts = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("out-*.json")]
        return [_told(each, part["began"], part["ended"]) for part in parts for each in part["results"]]


@dataclass(frozen=True)
class Tune:
    """``peers/digits_tune.py``: Ray Tune, OptunaSearch and MLflowLoggerCallback."""

    name: str
    reuse_actors: bool = False

    def commands(self, task: Task, folder: Path) -> Sequence[Sequence[str]]:
        """One script."""
        further = {"reuse_actors": self.reuse_actors, "storage": str(folder / "results"), "experiment": "digits"}
        return [_peer("digits_tune", task, folder, 0, further)]

    def trials(self, folder: Path) -> Sequence[Trial]:
        """From each trial's last result, which has Tune's own clock."""
        found = json.loads((folder / "out-0.json").read_text(encoding="utf-8"))["results"]
        return [_told(each, each["timestamp"] - each["time_total_s"], each["timestamp"]) for each in found]


def carried_out(side: Side, task: Task) -> Outcome:
    """Run a side in a folder of its own, which is removed.

    Raises:
        SideError: where it fails, or has not run every trial.
    """
    folder = Path(tempfile.mkdtemp(prefix="wall-"))
    try:
        commands = side.commands(task, folder)
        began = time.time()
        _run(commands, folder, side.name)
        ended = time.time()
        trials = side.trials(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if len(trials) != len(task.listed):
        raise SideError(f"{side.name} must run {len(task.listed)} trials; it has run {len(trials)}")
    return Outcome(began, ended, trials)


def _run(commands: Iterable[Sequence[str]], folder: Path, name: str) -> None:
    """Start them together and wait for all."""
    environment = {key: value for key, value in os.environ.items() if key not in INHERITED}
    # The folder of Ray is short: the paths of its sockets must be.
    environment |= {
        "PYTHONPATH": str(CHECKOUT),
        "GANSEARCH_HOME": str(folder / "home"),
        "RAY_TMPDIR": str(folder / "r"),
    }
    (folder / "r").mkdir()
    until = time.monotonic() + LIMIT_S
    with (folder / "log").open("wb") as log:
        processes = [
            subprocess.Popen(
                each, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
            for each in commands
        ]
        try:
            for process in processes:
                process.wait(until - time.monotonic())
        except subprocess.TimeoutExpired:
            raise SideError(f"{name} has not ended within {LIMIT_S:.0f} s") from None
        finally:
            for process in processes:
                _end(process)
    if any(process.returncode for process in processes):
        said = (folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        raise SideError(f"{name} has failed; its last lines:\n" + "\n".join(said))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process that has not ended, with what it has started."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _peer(script: str, task: Task, folder: Path, number: int, further: Mapping[str, Any]) -> Sequence[str]:
    """The command of a peer, whose task is written."""
    about = {
        "configs": [each.as_peers_read_it() for each in task.listed],
        "epochs": task.epochs,
        "weights": str(WEIGHTS),
        "tracking_uri": f"sqlite:///{folder / f'mlflow-{number}.db'}",
        "out": str(folder / f"out-{number}.json"),
        **further,
    }
    path = folder / f"task-{number}.json"
    path.write_text(json.dumps(about), encoding="utf-8")
    return [sys.executable, "-m", f"benchmarks.peers.{script}", str(path)]


def _recorded(records: Sequence[Record]) -> Trial:
    """A trial of ours; what it takes besides evaluations is training."""
    began = next(record.payload["started"] for record in records if record.kind == "attempt")
    rungs = [record.payload for record in records if record.kind == "evaluation" and not record.payload["final"]]
    ended = next(record.time for record in records if record.kind == "end")
    evaluation_s = sum(each["cost_s"] for each in rungs)
    values = {each["name"]: each["value"] for each in rungs[-1]["metrics"]}
    training_s, distance = ended - began - evaluation_s, values["frechet_distance"]
    measured = [record.time for record in records if record.kind == "evaluation" and record.payload["final"]]
    return Trial(rungs[-1]["step"], training_s, evaluation_s, distance, began, ended, *measured)


def _told(found: Mapping[str, Any], began: float, ended: float) -> Trial:
    """A trial of a peer."""
    times = found["training_s"], found["evaluation_s"]
    return Trial(found["steps"], *times, found["frechet_distance"], began, ended)
