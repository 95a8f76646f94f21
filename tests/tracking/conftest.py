"""A new SQLite store made once, and copied for each test: its migrations take seconds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from gansearch.records import Evaluation, MetricValue, Protocol
from gansearch.tracking import MlflowTracker, artifact_root, default_uri

OpenTracker: TypeAlias = Callable[..., MlflowTracker]


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store has been made and is empty."""
    home = tmp_path_factory.mktemp("store")
    tracker = MlflowTracker(default_uri(home), "unused", artifact_root=artifact_root(home), interval_s=0.01)
    assert tracker.close(120) == 0
    return home


@pytest.fixture
def home(empty_store: Path, tmp_path: Path) -> Path:
    shutil.copy(empty_store / "mlflow.db", tmp_path / "mlflow.db")
    return tmp_path


@pytest.fixture
def open_tracker(home: Path) -> Iterator[OpenTracker]:
    """Opens trackers on the test's own store and closes them at its end."""
    opened: list[MlflowTracker] = []

    def _open(study: str = "digits", **options: Any) -> MlflowTracker:
        tracker = MlflowTracker(default_uri(home), study, artifact_root=artifact_root(home), interval_s=0.02, **options)
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
