"""Recorded nulls made by hand: no training, seeded numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import pytest

from gansearch.curves.corpus import CorpusRun
from gansearch.records import Setting
from gansearch.space import SearchSpace, parse_space

YAML = """
name: same
dataset: {name: mnist5k}
plan: {kind: grid, replicates: 36}
"""
MakeRuns: TypeAlias = Callable[..., list[CorpusRun]]


@pytest.fixture(scope="session")
def same() -> SearchSpace:
    """One configuration with 36 seeds."""
    return parse_space(YAML, "same.yaml")


def run(
    study: str,
    number: int,
    replicate: int,
    log_distance: float,
    *,
    settings: Mapping[str, Setting],
    arm: str | None = None,
) -> CorpusRun:
    """A run that ended; one of a large distance has collapsed."""
    is_good = log_distance < 0.1  # three in four
    final = {
        "frechet_distance": float(np.exp(log_distance)),
        "classes_covered": 10.0 if is_good else 6.0,
        "coverage": 0.5,
        "outcome_classes_covered": 10.0 if is_good else 3.0,
        "outcome_share_largest": 0.15,
    }
    return CorpusRun(
        study=study,
        number=number,
        replicate=replicate,
        seed=replicate,
        settings=settings,
        parameters={} if arm is None else {"arm": arm},
        loss="non_saturating",
        steps_per_epoch=39,
        total_steps=390,
        classes=10,
        is_probability_loss=True,
        signals={},
        window_ends=np.zeros(0, dtype=np.int64),
        non_finite={},
        evaluations={},
        final=final,
        end="completed",
        steps=390,
        seconds=10.0,
    )


@pytest.fixture(scope="session")
def make_runs(same: SearchSpace) -> MakeRuns:
    """Runs of the space's configuration, whose log distances vary by .15 around 0."""
    settings = same.settings(same.default_parameters())

    def make(
        count: int, *, study: str = "same", number: int = 0, arm: str | None = None, seed: int = 0
    ) -> list[CorpusRun]:
        drawn = np.random.default_rng(seed).normal(0.0, 0.15, count)
        return [run(study, number, place, value, settings=settings, arm=arm) for place, value in enumerate(drawn)]

    return make
