"""The one place that maps how a trial ended to what Optuna is told.

==============================  ==========================================================================
every replicate completed       COMPLETE with the mean of their values
pruned                          PRUNED; Optuna keeps the values reported so far
collapsed, diverged             PRUNED with a violated constraint: TPE learns where runs die (``plan.deaths``)
failed, out_of_memory           FAIL
anything else                   nothing: the trial stays RUNNING and can be resumed
==============================  ==========================================================================

With R replicates the trial died where at least half of them died (collapsed or diverged); the constraint's violation is
the share that died, so that a configuration that dies always ranks below one that dies at times. Otherwise it is pruned
where one was pruned, complete where one completed (the mean is over those that did), and failed where none is left.

Optuna 5 on constraints: TPE ranks violated trials last and takes trials without any as feasible, so that only deaths
need telling. GP and NSGA-II look at complete trials alone and so never see them; CMA-ES ignores constraints.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import optuna
from optuna.trial import TrialState

from gansearch.records import End
from gansearch.space.plan import Deaths
from gansearch.study.objective import Values

CONSTRAINT = "died"
"""Name of the constraint: share of the replicates that collapsed or diverged; feasible at 0."""

DEATHS = (End.COLLAPSED, End.DIVERGED)
FAILURES = (End.FAILED, End.OUT_OF_MEMORY)


@dataclass(frozen=True)
class Told:
    """What Optuna is told about a trial that is over."""

    state: TrialState
    values: Values | None = None
    violation: float | None = None


def told(ends: Sequence[tuple[End, Values | None]], deaths: Deaths = "constraint") -> Told:
    """What to tell.

    Args:
        ends: of every replicate; with its values, finite, where it completed.
        deaths: what is told of a trial that died; a sampler ignores what failed.

    Raises:
        ValueError: where one is not final or completed without finite values.
    """
    for end, values in ends:
        if not end.is_final:
            raise ValueError(f"a trial is told once it is over; got {end}")
        if end is End.COMPLETED and (values is None or not all(map(math.isfinite, values))):
            raise ValueError(f"a completed trial must have finite values; got {values}")
    died = sum(end in DEATHS for end, _ in ends)
    if 2 * died >= len(ends):
        if deaths == "ignored":
            return Told(TrialState.FAIL)
        return Told(TrialState.PRUNED, violation=died / len(ends) if deaths == "constraint" else None)
    if any(end is End.PRUNED for end, _ in ends):
        return Told(TrialState.PRUNED)
    completed = [values for end, values in ends if end is End.COMPLETED and values is not None]
    if not completed:
        return Told(TrialState.FAIL)
    return Told(
        TrialState.COMPLETE, tuple(math.fsum(column) / len(completed) for column in zip(*completed, strict=True))
    )


def tell(study: optuna.Study, trial: optuna.Trial, what: Told) -> None:
    """Tell Optuna; a told trial cannot be reopened."""
    if what.violation is not None:
        trial.set_constraint(CONSTRAINT, what.violation)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Constraints have been set, but CmaEsSampler", category=UserWarning)
        study.tell(trial, None if what.values is None else list(what.values), state=what.state)
