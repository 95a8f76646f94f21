"""The command line as a user calls it, and studies in every state."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gansearch.cli import main
from gansearch.records import (
    Assignment,
    End,
    Evaluation,
    Finding,
    LaneReport,
    MetricValue,
    Protocol,
    TrialEnd,
)
from gansearch.space import load_space
from gansearch.storage import Storage
from gansearch.storage.home import study_dir
from gansearch.study import Study

RINGS = """
# Rings, in a moment.
name: rings
dataset: {name: ring, train_samples: 640, test_samples: 1000}
generator: {layers: 2, width: 16, latent_size: 4, init: {choice: [he, torch]}}
discriminator: {layers: 2, width: 16, dropout: {float: [0.0, 0.5], when: {generator.init: he}}}
training: {batch_size: 32, epochs: 2, evaluate_every: 1}
plan: {kind: search, trials: 4, sampler: random, objective: {metric: frechet_distance}, enqueue: [defaults]}
detectors: {mode: shadow}
"""
PROTOCOL = Protocol("points", "", 1000, 1000, "test")


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]
Studies = Callable[..., Study]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Calls ``gansearch ARGUMENTS`` in this process."""

    def call(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gansearch", *arguments])
        with pytest.raises(SystemExit, match=r"^\d+$") as ended:
            main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, said.out, said.err)

    return call


@pytest.fixture
def rings(tmp_path: Path) -> Path:
    """A small search space as a file."""
    path = tmp_path / "rings.yaml"
    path.write_text(RINGS, encoding="utf-8")
    return path


@pytest.fixture
def studies(rings: Path) -> Studies:
    """Makes a study whose first trials have ended so; it is open, and so driven by this process."""

    def make(name: str, ends: Sequence[End] = ()) -> Study:
        study = Study.create(load_space(str(rings)), name=name, storage=Storage(study_dir(name)), seed=1)
        for distance, end in enumerate(ends, 3):
            assignment = study.ask()
            assert assignment is not None
            end_run(study, assignment, end, float(distance))
        return study

    return make


def end_run(study: Study, assignment: Assignment, end: End, distance: float) -> None:
    """Report one evaluation and then the end."""
    metrics = (MetricValue("frechet_distance", distance, PROTOCOL),)
    evaluation = Evaluation(step=20, epoch=1, generator="live", final=False, metrics=metrics, cost_s=0.1)
    study.report(LaneReport(assignment.identity, assignment.attempt, 20, 1, evaluation=evaluation))
    finding = None
    if end is End.COLLAPSED:
        finding = Finding("mode_collapse", "mode_collapse", 20, 1, "classes_covered", 1.0, 3.0, {}, "One mode is left.")
    ended = TrialEnd(end, "One mode is left." if finding else "a reason", 20, 1, finding)
    study.report(LaneReport(assignment.identity, assignment.attempt, 20, 1, end=ended, seconds=2.0))
