"""Trials that only write their records and report, at given times, in a process of their own as workers have one."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Final

import numpy as np

from gansearch.curves import CurveWriter, Record
from gansearch.records import Assignment, End, Evaluation, LaneReport, MetricValue, Protocol, TrialEnd, to_json
from gansearch.storage import Storage

STEPS: Final = 20
"""Of an epoch."""
SIGNALS: Final = tuple(f"signal_{number}" for number in range(14))
"""As many as a step has."""
PROTOCOL: Final = Protocol("none", "", 1_000, 1_000, "test")
LOOK_EVERY_S: Final = 1.0
SHOWN: Final = (
    "SELECT t.value, l.value FROM latest_metrics l JOIN tags t ON t.run_uuid = l.run_uuid "
    "WHERE l.key = 'epoch' AND t.key = 'gansearch.identity'"
)
"""The last epoch that MLflow shows of each run."""


@dataclass(frozen=True)
class Simulation:
    """What the trials do."""

    assignments: Sequence[Assignment]
    storage_url: str
    database_url: str
    """Of MLflow's database, which is looked at once a second."""
    metrics: int
    """Of an evaluation."""
    epochs: int
    """A second each, with one evaluation."""


@dataclass(frozen=True)
class Lag:
    """How far MLflow is behind the records at one moment, seconds."""

    at_s: float
    """Seconds since the first record."""
    each: tuple[float, ...]
    """Of every trial."""


def metric_names(count: int) -> list[str]:
    """The objective's metric, and others."""
    return ["frechet_distance", *(f"metric_{number}" for number in range(1, count))]


def lag_s(written: Sequence[float], shown: int, now: float) -> float:
    """Age of the oldest evaluation that MLflow lacks, seconds; 0 where it lacks none.

    Args:
        written: when each epoch was written, in order.
        shown: epochs that MLflow has.
        now: by the same clock.
    """
    return now - written[shown] if shown < len(written) else 0.0


@contextmanager
def simulated(simulation: Simulation) -> Iterator[Connection]:
    """The process; through the connection come the reports, and after them a list of lags."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_simulate, args=(simulation, theirs), daemon=True)
    process.start()
    theirs.close()  # else the end of the process would never be noticed
    try:
        yield ours
    finally:
        ours.close()
        process.terminate()
        process.join()


@dataclass(eq=False)
class _Trial:
    """One trial's record."""

    assignment: Assignment
    writer: CurveWriter
    stream: np.random.Generator
    written: list[float] = field(default_factory=list)
    """When each epoch was written, of ``time.monotonic``."""

    def append(self, kind: str, payload: Mapping[str, Any]) -> None:
        self.writer.append(Record(kind, self.assignment.attempt, payload))

    def begin(self) -> None:
        self.append("attempt", {"from_step": 0, "started": time.time(), "lanes": 1})
        self.writer.flush()

    def train(self, epoch: int, metrics: int) -> LaneReport:
        """Write an epoch, durably, and report it."""
        values = self.stream.normal(size=(len(SIGNALS), STEPS)).astype(np.float32)
        columns = dict(zip(SIGNALS, values, strict=True))
        self.append("signals", {"first_step": STEPS * (epoch - 1), "names": list(SIGNALS), "values": columns})
        drawn = zip(metric_names(metrics), self.stream.uniform(0, 100, metrics).tolist(), strict=True)
        measured = tuple(MetricValue(name, value, PROTOCOL) for name, value in drawn)
        evaluation = Evaluation(STEPS * epoch, epoch, "live", False, measured, 0.1)
        self.append("evaluation", to_json(evaluation))
        self.writer.flush()
        self.written.append(time.monotonic())
        return LaneReport(self.assignment.identity, self.assignment.attempt, STEPS * epoch, epoch, evaluation)

    def finish(self, epochs: int) -> LaneReport:
        end = TrialEnd(End.COMPLETED, "all epochs are trained", STEPS * epochs, epochs)
        self.append("end", to_json(end))
        self.writer.close()
        return LaneReport(self.assignment.identity, self.assignment.attempt, STEPS * epochs, epochs, end=end)


def _simulate(simulation: Simulation, pipe: Connection) -> None:
    storage = Storage(simulation.storage_url)
    trials = [
        _Trial(each, CurveWriter(storage, each.identity, each.attempt), np.random.default_rng(each.seed))
        for each in simulation.assignments
    ]
    for trial in trials:
        trial.begin()
    began = time.monotonic()
    lags: list[Lag] = []
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(simulation.database_url, trials, lags, over), daemon=True)
    watch.start()
    for turn in range(simulation.epochs * len(trials)):
        # One after the other: trials that begin together drift apart.
        time.sleep(max(0.0, began + turn / len(trials) - time.monotonic()))
        pipe.send(trials[turn % len(trials)].train(1 + turn // len(trials), simulation.metrics))
    over.set()
    watch.join()
    for trial in trials:
        pipe.send(trial.finish(simulation.epochs))
    pipe.send(lags)
    pipe.close()


def _watch(url: str, trials: Sequence[_Trial], lags: list[Lag], over: threading.Event) -> None:
    """Look at MLflow's database once a second."""
    from sqlalchemy import create_engine, text

    began = time.monotonic()
    engine = create_engine(url)
    while not over.wait(LOOK_EVERY_S):
        with engine.connect() as connection:
            shown = {name: int(epoch) for name, epoch in connection.execute(text(SHOWN))}
        now = time.monotonic()
        each = (lag_s(trial.written, shown.get(str(trial.assignment.identity), 0), now) for trial in trials)
        lags.append(Lag(now - began, tuple(each)))
    engine.dispose()
