"""A study whose trials are simulated: its driver and its tracker are those of a launch, and are timed."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from benchmarks.simulated_trials import Lag, Simulation, simulated
from benchmarks.tracked_points import Compared, compare, expected_points, found_points
from benchmarks.tracking_server import Served
from gansearch.errors import TrackingError
from gansearch.executors.driver import Driver
from gansearch.executors.feed import TrackingFeed
from gansearch.executors.hand_over import TrackingOutcome, hand_over
from gansearch.executors.study_source import StudySource
from gansearch.records import LaneReport, TrialIdentity
from gansearch.space import parse_space
from gansearch.storage import Storage
from gansearch.study import Study
from gansearch.study.launches import record_launch
from gansearch.tracking import Experiment, MlflowTracker
from gansearch.tracking.source import TrialAbout
from gansearch.trial.interrupt import Interrupt

STUDY: Final = "load"
THREAD: Final = "gansearch-tracking"
START_S: Final = 180.0
HAND_OVER_S: Final = 600.0
PARTS: Final = 10
"""Of the fixed piece of work."""
NUMBERS: Final = 2_000
"""That each part adds up."""
SCHEDULED: Final = Path("/proc/thread-self/schedstat")
SPACE: Final = """
name: load
dataset: {{name: ring, train_samples: 640, test_samples: 1000}}
generator: {{architecture: mlp, layers: 2, width: 16, latent_size: 4}}
discriminator: {{architecture: mlp, layers: 2, width: 16, dropout: {{float: [0.0, 0.5]}}}}
optimizer: {{generator: {{lr: {{float: [1e-4, 1e-2], log: true}}}}}}
training: {{batch_size: 32, epochs: {epochs}, evaluate_every: 1}}
resources: {{cpu: 1, lanes: 1}}
detectors: {{mode: shadow}}
plan: {{kind: search, trials: {trials}, sampler: random, pruner: none, objective: {{metric: frechet_distance}}}}
"""


@dataclass(frozen=True)
class Load:
    """How much is reported."""

    trials: int
    metrics: int
    """Of an evaluation."""
    seconds: int
    """Each trial reports once in each."""
    rounds: int
    """Pairs of windows after that, with the tracker at work and without."""
    window_s: int

    @property
    def epochs(self) -> int:
        """Results of each trial."""
        return self.seconds + 2 * self.rounds * self.window_s

    def window(self, epoch: int) -> int | None:
        """The window that an epoch belongs to, from 0; None before the first."""
        return None if epoch <= self.seconds else (epoch - self.seconds - 1) // self.window_s


def is_tracked(window: int | None) -> bool:
    """Whether the tracker is at work: on, off, off, on, and so on, so that what grows meets both alike."""
    return window is None or window % 4 in (0, 3)


@dataclass(eq=False)
class Window:
    """Times of one window, seconds, a number for each result."""

    feeds: list[float] = field(default_factory=list)
    """In the call that tells the tracker of it."""
    reports: list[float] = field(default_factory=list)
    """Of the driver's whole work, the former included, but for its waits for a core."""
    pieces: list[float] = field(default_factory=list)
    """Of a fixed piece of work, but for its waits for a core."""
    thread_s: float = 0.0
    """CPU time of the tracker's thread."""


@dataclass(frozen=True, eq=False)
class Tracked:
    """What a load came to."""

    windows: dict[int | None, Window]
    lags: list[Lag]
    wall_s: float
    """From the first report to the last."""
    outcome: TrackingOutcome
    compared: Compared
    ended: int
    """Runs of trials that have their end in MLflow."""


class PausedSource(StudySource):
    """The study, as the tracker reads it, which keeps the tracker's thread waiting while the gate is shut."""

    gate: threading.Event

    def trial(self, identity: TrialIdentity) -> TrialAbout | None:
        """What is known of a trial, once the gate is open."""
        self.gate.wait()
        return super().trial(identity)


class TimedFeed(TrackingFeed):
    """The feed, with the time of its last call."""

    last_s = 0.0

    def update(self, identity: TrialIdentity) -> None:
        """A trial has recorded something."""
        before = time.perf_counter()
        super().update(identity)
        self.last_s = time.perf_counter() - before


@contextmanager
def fresh_home() -> Iterator[Path]:
    """An empty folder, which ``$GANSEARCH_HOME`` names meanwhile, and the account of PostgreSQL can enter."""
    with tempfile.TemporaryDirectory(prefix="gansearch-load-") as name:
        before = os.environ.get("GANSEARCH_HOME")
        os.environ["GANSEARCH_HOME"] = name
        try:
            Path(name).chmod(0o711)
            yield Path(name)
        finally:
            os.environ.pop("GANSEARCH_HOME")
            if before is not None:
                os.environ["GANSEARCH_HOME"] = before


def track(load: Load, server: Served, folder: Path) -> Tracked:
    """Put the load on a study, hand it over to MLflow, and compare that with the records."""
    storage = Storage(folder / "studies" / STUDY)
    space = parse_space(SPACE.format(epochs=load.epochs, trials=load.trials), "the load")
    with closing(Study.create(space, name=STUDY, storage=storage, seed=0)) as study:
        launch = record_launch(storage, {"started": time.time(), "executor": "simulated"})
        source = PausedSource(storage, space, study.seed, study.trials(), STUDY)
        source.gate = threading.Event()
        source.gate.set()
        tracker = MlflowTracker(Experiment(server.uri, STUDY, study_id=study.id), source, say=print)
        with tracker.counted():
            tracker.launch_changed()
        _wait_for_start(tracker)
        feed = TimedFeed(tracker, source)
        driver = Driver(study, feed, Interrupt(), lanes=1, watch=None, say=print)
        assignments = [each for _ in range(load.trials) for each in driver.next_pack()]
        simulation = Simulation(assignments, storage.url, server.database_url, load.metrics, load.epochs)
        driving = _Driving(load, driver, feed, source.gate)
        with simulated(simulation) as pipe:
            lags = driving.run(pipe)
        outcome = hand_over(tracker, storage, launch, "finished", print, command="(none)", within_s=HAND_OVER_S)
    found, ended = found_points(server.database_url)
    compared = compare(expected_points(storage, assignments), found)
    return Tracked(driving.windows, lags, driving.wall_s, outcome, compared, ended)


def _wait_for_start(tracker: MlflowTracker) -> None:
    """MLflow is imported, and the launch has its run."""
    until = time.monotonic() + START_S
    while tracker.lacking:
        if time.monotonic() > until:
            raise TrackingError(f"MLflow must have the launch within {START_S:g} s; it lacks {tracker.lacking}")
        time.sleep(0.1)


class _Driving:
    """Passes every report to the driver, as an executor does, and times it."""

    def __init__(self, load: Load, driver: Driver, feed: TimedFeed, gate: threading.Event) -> None:
        self._load = load
        self._driver = driver
        self._feed = feed
        self._gate = gate
        self.windows: dict[int | None, Window] = {None: Window()}
        self.wall_s = 0.0
        """From the first report to the last."""
        self._at: int | None = None
        self._clock = thread_clock(THREAD)
        self._clock_s = time.clock_gettime(self._clock)

    def run(self, pipe: Connection) -> list[Lag]:
        """Until the trials have ended; how far MLflow was behind."""
        first_s: float | None = None
        while isinstance(report := pipe.recv(), LaneReport):
            if report.end is None:
                first_s = time.monotonic() if first_s is None else first_s
                self._enter(self._load.window(report.epoch))
                self._take(report)
                self.wall_s = time.monotonic() - first_s
            else:
                self._leave()
                self._gate.set()
                self._driver.report([report])
        lags: list[Lag] = report
        return lags

    def _enter(self, window: int | None) -> None:
        if window != self._at:
            self._leave()
            self._at = window
            self.windows[window] = Window()
            (self._gate.set if is_tracked(window) else self._gate.clear)()

    def _leave(self) -> None:
        now = time.clock_gettime(self._clock)
        self.windows[self._at].thread_s += now - self._clock_s
        self._clock_s = now

    def _take(self, report: LaneReport) -> None:
        window = self.windows[self._at]
        window.reports.append(timed(lambda: self._driver.report([report])))
        window.feeds.append(self._feed.last_s)
        if self._at is not None:
            window.pieces.append(timed(piece))


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes, but for the calling thread's waits for a core, which other processes have meanwhile."""
    before, waited = time.perf_counter(), waited_for_core_s()
    work()
    return time.perf_counter() - before - (waited_for_core_s() - waited)


def piece() -> None:
    """A fixed piece of Python, which lets go of the interpreter's lock now and then, as whoever uses files does."""
    for _ in range(PARTS):
        sum(number * number for number in range(NUMBERS))
        SCHEDULED.exists()


def waited_for_core_s() -> float:
    """Seconds that the calling thread has been ready to run and had no core, since its start; 0 where nobody counts."""
    try:
        return int(SCHEDULED.read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return 0.0


def thread_clock(name: str) -> int:
    """The CPU clock of this process's thread of that name."""
    (thread,) = [each for each in threading.enumerate() if each.name == name]
    assert thread.ident is not None
    return time.pthread_getcpuclockid(thread.ident)
