"""Runs of a corpus with what became of them: the ground truth that detectors are measured against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gansearch.curves.corpus import CorpusRun
from gansearch.errors import ReportError
from gansearch.reporting.calibration.outcomes import (
    FAILED,
    Outcome,
    final_distance,
    is_known,
    outcome,
    usual_distances,
)

BEST_SHARE: Final = 0.25
"""The part of a data set's runs, best first, among which a stop is a false kill."""


@dataclass(frozen=True, eq=False)
class Truths:
    """Runs and their outcomes, and columns of them [n], one number a run."""

    runs: tuple[CorpusRun, ...]
    outcomes: tuple[Outcome, ...]
    is_best: NDArray[np.bool_]
    """Whether a run is in the best quarter of its data set, among these runs."""
    left_out: tuple[str, ...] = ()
    """Identities of runs of which the definitions say nothing."""

    def __len__(self) -> int:
        return len(self.runs)

    @cached_property
    def steps(self) -> NDArray[np.int64]:
        """Steps done."""
        return np.array([run.steps for run in self.runs], dtype=np.int64)

    @cached_property
    def seconds(self) -> NDArray[np.float64]:
        """That each took."""
        return np.array([run.seconds for run in self.runs])

    @cached_property
    def distances(self) -> NDArray[np.float64]:
        """Final Frechet distance; infinite where a run diverged."""
        return np.array([final_distance(run) for run in self.runs])

    @cached_property
    def datasets(self) -> NDArray[np.str_]:
        """Names of data sets."""
        return np.array([run.dataset for run in self.runs], dtype=np.str_)

    @cached_property
    def losses(self) -> NDArray[np.str_]:
        """Names of losses."""
        return np.array([run.loss for run in self.runs], dtype=np.str_)

    def ended(self, *which: Outcome) -> NDArray[np.bool_]:
        """Whether a run has one of these outcomes."""
        return np.array([each in which for each in self.outcomes], dtype=bool)

    @cached_property
    def has_failed(self) -> NDArray[np.bool_]:
        """Whether it diverged or collapsed, totally or partially."""
        return self.ended(*FAILED)

    def where(self, chosen: NDArray[np.bool_]) -> Truths:
        """These runs alone, with the outcomes and the best quarter that they have among all."""
        kept = np.flatnonzero(chosen)
        return Truths(tuple(self.runs[i] for i in kept), tuple(self.outcomes[i] for i in kept), self.is_best[kept])


def ground_truth(runs: Sequence[CorpusRun]) -> Truths:
    """What became of each run; usual distances and best quarters are those of these runs, by data set.

    Raises:
        ReportError: where the definitions say nothing of any of them.
    """
    known = tuple(run for run in runs if is_known(run))
    if not known:
        raise ReportError(
            "a corpus must have runs of 8, 10 or 25 classes with a measured end; "
            f"got {len(runs)} runs, none of which has them"
        )
    usual = usual_distances(known)
    ends = tuple(outcome(run, usual[run.dataset]) for run in known)
    return Truths(known, ends, best_of_datasets(known, BEST_SHARE), tuple(run.key for run in runs if not is_known(run)))


def best_of_datasets(runs: Sequence[CorpusRun], part: float) -> NDArray[np.bool_]:
    """Whether a run is among the best ``part`` of its data set by final distance [n]: at least one, never diverged."""
    distances = np.array([final_distance(run) for run in runs])
    names = np.array([run.dataset for run in runs])
    best = np.zeros(len(runs), dtype=bool)
    for name in set(names.tolist()):
        own = np.flatnonzero(names == name)
        first = own[np.argsort(distances[own], kind="stable")][: max(1, int(part * len(own)))]
        best[first] = np.isfinite(distances[first])
    return best
