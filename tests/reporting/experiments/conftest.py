"""Studies of arms made by hand: no training, every number known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import numpy as np
import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.records import Finding
from gansearch.reporting.experiments.runs import Experiments, experiments
from gansearch.space import SearchSpace, parse_space

YAML = """
name: arms
dataset: {name: mnist5k}
plan:
  kind: grid
  replicates: 8
  baseline_replicates: 20
  experiments:
    depth: {grid: {generator.layers: [4, 5]}}
    drop: {grid: {generator.dropout: [0.3, 0.6], discriminator.dropout: [0.0, 0.3]}}
"""
Distances: TypeAlias = Mapping[str, Iterable[float]]
MakeExperiments: TypeAlias = Callable[..., Experiments]


@pytest.fixture(scope="session")
def arms_space() -> SearchSpace:
    return parse_space(YAML, "arms.yaml")


def recorded(arms_space: SearchSpace, number: int, replicate: int, distance: float, **also: float) -> CorpusRun:
    """A run with that final distance, a success by its classes; one that is infinite has diverged."""
    arm = arms_space.arms[number]
    final = {"frechet_distance": distance, "outcome_classes_covered": 10.0, "outcome_share_largest": 0.15} | also
    is_over = np.isfinite(distance)
    finding = Finding("duel", "discriminator_wins", 30, 3, "d_loss", 1.0, 3.0, {}, "It wins")
    return CorpusRun(
        study="arms",
        number=number,
        replicate=replicate,
        seed=replicate,
        settings=dict(sorted(arm.settings.items())),
        parameters={"arm": arm.name},
        loss="non_saturating",
        steps_per_epoch=39,
        total_steps=390,
        classes=10,
        is_probability_loss=True,
        signals={},
        window_ends=np.zeros(0, dtype=np.int64),
        non_finite={},
        evaluations={},
        final=final if is_over else {},
        end="completed" if is_over else "diverged",
        steps=390 if is_over else 100,
        seconds=10.0,
        findings=(finding,) if distance > 1000 else (),
    )


@pytest.fixture
def make_experiments(arms_space: SearchSpace) -> MakeExperiments:
    """The study whose arms have runs with these final distances."""

    def make(distances: Distances) -> Experiments:
        numbers = {arm.name: number for number, arm in enumerate(arms_space.arms)}
        runs = [
            recorded(arms_space, numbers[arm], replicate, value)
            for arm, values in distances.items()
            for replicate, value in enumerate(values)
        ]
        return experiments(arms_space, runs)

    return make
