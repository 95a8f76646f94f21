"""Arms to compare: from given values, and drawn log-normally as distances are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gansearch.reporting.effects.measure import Measure
from gansearch.reporting.effects.sample import ArmRun, ArmSample

DISTANCE = Measure("frechet_distance")


def arm(name: str, values: Sequence[float | None], *, first: int = 0) -> ArmSample:
    """An arm of ``values`` at the replicates from ``first`` on; None is a censored run."""
    runs = [ArmRun(f"{name}-{i}", i, value, None, value is None) for i, value in enumerate(values, first)]
    return ArmSample(name, tuple(runs))


def outcomes(name: str, successes: int, n: int, *, unknown: int = 0) -> ArmSample:
    """An arm of ``n`` runs with a known outcome, and ``unknown`` others."""
    known = [True] * successes + [False] * (n - successes) + [None] * unknown
    return ArmSample(name, tuple(ArmRun(f"{name}-{i}", i, None, one) for i, one in enumerate(known)))


def drawn(name: str, rng: np.random.Generator, n: int, *, ratio: float = 1.0, spread: float = 0.2) -> ArmSample:
    """``n`` independent distances around 20 times ``ratio``; ``spread`` is the deviation of their logarithms."""
    return arm(name, [float(x) for x in 20 * ratio * np.exp(spread * rng.normal(size=n))])


def values(sample: ArmSample) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The final values of an arm without censored runs, by replicate."""
    return np.array([run.value for run in sample.ranked], dtype=np.float64)
