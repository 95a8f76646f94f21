"""Small spaces and a driver that trains nothing: its values are a formula of the parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gansearch.records import (
    Assignment,
    Decision,
    End,
    Evaluation,
    Finding,
    LaneReport,
    MetricValue,
    Protocol,
    TrialEnd,
)
from gansearch.space import SearchSpace, parse_space
from gansearch.storage import Storage
from gansearch.study import Study

YAML = """
name: small
dataset: {name: ring}
generator:
  layers: {int: [2, 5]}
  activation: {choice: [relu, elu, gelu]}
optimizer: {generator: {lr: {float: [1e-5, 1e-2], log: true}}}
tricks:
  label_smoothing: {enabled: {choice: [true, false]}, real: {float: [0.7, 1.0]}}
  gradient_penalty: {choice: [off, r1_penalty]}
  r1_penalty: {gamma: {float: [0.1, 10.0], log: true}}
training: {epochs: 9, evaluate_every: 1}
plan: {kind: search, trials: 10, sampler: random, objective: {metric: sample_spread, direction: minimize}}
"""

GRID_YAML = """
name: small-grid
dataset: {name: ring}
generator:
  layers: {int: [2, 3]}
tricks:
  label_smoothing: {enabled: {choice: [true, false]}, real: {choice: [0.8, 0.9]}}
training: {epochs: 3, evaluate_every: 1}
plan: {kind: grid, objective: {metric: sample_spread, direction: minimize}}
"""

PROTOCOL = Protocol("none", "", 1000, 1000, "test")


def evaluation(epoch: int, value: float, *, metric: str = "sample_spread", final: bool = False) -> Evaluation:
    """One evaluation with one metric."""
    return Evaluation(epoch * 10, epoch, "live", final, (MetricValue(metric, value, PROTOCOL),), 0.1)


def finding(kind: str = "mode_collapse") -> Finding:
    """A finding at step 30."""
    return Finding("mode_collapse", kind, 30, 3, "classes_covered", 1.0, 3.0, {}, "1 class is left")


def badness(parameters: Mapping[str, Any]) -> float:
    """The value that a trial comes down to: deep generators and large rates are bad."""
    return float(parameters.get("generator.layers", 3)) + 100.0 * float(parameters.get("optimizer.generator.lr", 0.0))


@pytest.fixture
def small_space() -> Callable[..., SearchSpace]:
    """The small search space, with changes by dotted path."""

    def make(overrides: Mapping[str, object] | None = None, *, yaml: str = YAML) -> SearchSpace:
        return parse_space(yaml, "small.yaml", overrides)

    return make


@pytest.fixture
def grid_space(small_space: Callable[..., SearchSpace]) -> Callable[..., SearchSpace]:
    """A grid of 6 points, one of its parameters under a condition."""

    def make(overrides: Mapping[str, object] | None = None) -> SearchSpace:
        return small_space(overrides, yaml=GRID_YAML)

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Storage:
    """A study's folder."""
    return Storage(tmp_path / "studies" / "s")


class Runner:
    """Plays the executor: runs what the study hands out, without training anything."""

    def __init__(self, study: Study) -> None:
        self.study = study

    def report(
        self, assignment: Assignment, epoch: int, value: float, *, is_spared: bool = False, **also: Any
    ) -> Decision:
        """Report one evaluation."""
        said = evaluation(epoch, value, **also)
        told = LaneReport(assignment.identity, assignment.attempt, said.step, epoch, said, is_spared=is_spared)
        return self.study.report(told)

    def end(self, assignment: Assignment, end: End, *, epoch: int = 0, reason: str = "so it was") -> Decision:
        """Report an end."""
        seen = finding() if end in (End.COLLAPSED, End.DIVERGED) else None
        said = TrialEnd(end, reason, epoch * 10, epoch, seen)
        return self.study.report(
            LaneReport(assignment.identity, assignment.attempt, epoch * 10, epoch, None, said, 1.5)
        )

    def run(self, assignment: Assignment, *, epochs: int = 9, start: int = 1) -> End:
        """Run one trial from start to end, obeying the study."""
        for epoch in range(start, epochs + 1):
            decision = self.report(assignment, epoch, badness(assignment.parameters) + 10.0 / epoch)
            if decision is not Decision.CONTINUE:
                end = {Decision.PRUNE: End.PRUNED, Decision.PAUSE: End.PAUSED}.get(decision, End.BUDGET)
                self.end(assignment, end, epoch=epoch)
                return end
        self.end(assignment, End.COMPLETED, epoch=epochs)
        return End.COMPLETED

    def drain(self, limit: int = 1000) -> list[Assignment]:
        """Run everything that the study still hands out."""
        done: list[Assignment] = []
        while len(done) < limit and (assignment := self.study.ask()) is not None:
            self.run(assignment, start=1 + (assignment.promoted_at or 0))
            done.append(assignment)
        return done


@pytest.fixture
def runner() -> type[Runner]:
    """Plays the executor."""
    return Runner
