"""A new SQLite store made once, and copied for each test: its migrations take seconds. And a study in memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from gansearch.curves import Record
from gansearch.errors import CorruptFileError
from gansearch.records import End, Evaluation, Finding, MetricValue, Protocol, TrialEnd, TrialIdentity, to_json
from gansearch.tracking import (
    Experiment,
    LaunchAbout,
    MlflowTracker,
    StudyAbout,
    TrialAbout,
    artifact_root,
    default_uri,
)

OpenTracker: TypeAlias = Callable[..., MlflowTracker]
TRIAL = TrialIdentity("digits", 7)
SETTINGS = {"training.epochs": 4, "generator.width": 256, "optimizer.generator.lr": 2e-4}
PARAMETERS = {"optimizer.generator.lr": 2e-4}
BEGAN_S = 1_700_000_000.0


@dataclass
class Notes:
    """A study in memory: what the tracker reads. Each record comes a second after the one before."""

    abouts: dict[TrialIdentity, TrialAbout] = field(default_factory=dict)
    written: dict[TrialIdentity, list[Record]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    known_launches: list[LaunchAbout] = field(default_factory=list)
    report_files: dict[str, bytes] = field(default_factory=dict)
    damaged: set[TrialIdentity] = field(default_factory=set)
    about_study: StudyAbout = field(
        default_factory=lambda: StudyAbout("digits", "search", ["frechet_distance"], {"generator.layers": "2 to 5"})
    )
    reads: int = 0
    now_s: float = BEGAN_S

    # --- what a test says -------------------------------------------------------------------------------------------

    def add(self, kind: str, payload: Mapping[str, Any], attempt: int = 0, trial: TrialIdentity = TRIAL) -> None:
        self.abouts.setdefault(trial, TrialAbout(SETTINGS, PARAMETERS, {"seed": 5}))
        self.now_s += 1.0
        self.written.setdefault(trial, []).append(Record(kind, attempt, payload, self.now_s))

    def attempt(self, number: int = 0, from_step: int = 0, trial: TrialIdentity = TRIAL) -> None:
        self.add("attempt", {"from_step": from_step, "started": self.now_s + 0.5}, number, trial)

    def epoch(self, number: int, evaluation: Evaluation, attempt: int = 0, trial: TrialIdentity = TRIAL) -> None:
        """100 steps of two signals whose value is the epoch's number, an evaluation, and samples."""
        values = {name: np.full(100, float(number), dtype=np.float32) for name in ("d_loss", "g_loss")}
        self.add("signals", {"first_step": 100 * number, "names": list(values), "values": values}, attempt, trial)
        self.add("evaluation", to_json(evaluation), attempt, trial)
        path = f"samples/{trial}/{number + 1}.npz"
        self.files[path] = bytes([number])
        self.add("samples", {"epoch": number + 1, "step": 100 * (number + 1), "path": path}, attempt, trial)

    def end(
        self, end: End, step: int = 400, attempt: int = 0, finding: Finding | None = None, trial: TrialIdentity = TRIAL
    ) -> TrialEnd:
        said = TrialEnd(end, "because", step, step // 100, finding)
        self.add("end", to_json(said), attempt, trial)
        return said

    def launch(self, number: int, started_s: float, ended_s: float | None = None, outcome: str | None = None) -> None:
        self.known_launches[number - 1 :] = [
            LaunchAbout(number, {"sampler": "tpe", "resources": {"cpu": 1}}, started_s, ended_s, outcome)
        ]

    # --- what the tracker asks --------------------------------------------------------------------------------------

    def trial(self, identity: TrialIdentity) -> TrialAbout | None:
        return self.abouts.get(identity)

    def records(self, identity: TrialIdentity, cursor: int) -> tuple[Sequence[Record], int]:
        self.reads += 1
        if identity in self.damaged:
            raise CorruptFileError(f"records/{identity} is damaged")
        found = self.written.get(identity, [])
        return found[cursor:], len(found)

    def post_mortem(self, identity: TrialIdentity) -> Sequence[str]:
        return [path for path in self.files if path.startswith(f"post_mortem/{identity}/")]

    def content(self, path: str) -> bytes | None:
        return self.files.get(path)

    def picture(self, path: str) -> NDArray[np.uint8] | None:
        content = self.files.get(path)
        return None if content is None else np.full((12, 10), content[0], dtype=np.uint8)

    def better(self, metric: str) -> Literal["minimize", "maximize"] | None:
        return {"frechet_distance": "minimize", "classes_covered": "maximize"}.get(metric)  # type: ignore[return-value]

    def study(self) -> StudyAbout:
        return self.about_study

    def launches(self) -> Sequence[LaunchAbout]:
        return list(self.known_launches)

    def report(self) -> Mapping[str, bytes]:
        return self.report_files


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store has been made and is empty."""
    home = tmp_path_factory.mktemp("store")
    tracker = MlflowTracker(Experiment(default_uri(home), "unused", artifact_root(home)), Notes(), interval_s=0.01)
    assert tracker.close(200) == 0
    return home


@pytest.fixture
def home(empty_store: Path, tmp_path: Path) -> Path:
    shutil.copy(empty_store / "mlflow.db", tmp_path / "mlflow.db")
    return tmp_path


@pytest.fixture
def experiment(home: Path) -> Experiment:
    return Experiment(default_uri(home), "digits", artifact_root(home))


@pytest.fixture
def open_tracker(experiment: Experiment, notes: Notes) -> Iterator[OpenTracker]:
    """Opens trackers on the test's own store and closes them at its end."""
    opened: list[MlflowTracker] = []

    def _open(shown: Experiment = experiment, **options: Any) -> MlflowTracker:
        tracker = MlflowTracker(shown, notes, interval_s=0.02, **options)
        opened.append(tracker)
        return tracker

    yield _open
    for tracker in opened:
        tracker.close(30)


@pytest.fixture
def make_evaluation() -> Callable[..., Evaluation]:
    def _make(
        step: int, value: float = 12.5, *, final: bool = False, generator: str = "live", samples: int = 1000
    ) -> Evaluation:
        protocol = Protocol("mnist-cnn", "0123456789ab", samples, 1000, "test")
        metrics = (MetricValue("frechet_distance", value, protocol), MetricValue("classes_covered", 9.0, protocol))
        return Evaluation(step, step // 100, generator, final, metrics, 0.25)

    return _make


Play: TypeAlias = Callable[..., None]


@pytest.fixture
def play(notes: Notes, make_evaluation: Callable[..., Evaluation]) -> Play:
    """Records one attempt: its epochs, and its end."""

    def _play(epochs: range, end: End | None = None, attempt: int = 0, trial: TrialIdentity = TRIAL) -> None:
        notes.attempt(attempt, 100 * epochs.start, trial)
        for number in epochs:
            notes.epoch(number, make_evaluation(100 * (number + 1), 20.0 - number), attempt, trial)
        if end is not None:
            notes.end(end, 100 * epochs.stop, attempt, trial=trial)

    return _play
