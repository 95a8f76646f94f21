"""A trial's value from its evaluations: the mean of the last three (GANs peak and fall), the last, or the best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from gansearch.errors import StudyError
from gansearch.records import Evaluation
from gansearch.space.plan import Objective

Values: TypeAlias = tuple[float, ...]
"""One number per objective."""

LAST = 3


def evaluation_values(evaluation: Evaluation, objectives: Sequence[Objective]) -> Values:
    """What an evaluation says about each objective; not finite where it could not be told.

    Raises:
        StudyError: where an objective's metric was not measured.
    """
    measured = {metric.name: metric.value for metric in evaluation.metrics}
    for objective in objectives:
        if objective.metric not in measured:
            raise StudyError(f"the objective {objective.metric!r} must be measured; there are {sorted(measured)}")
    return tuple(measured[objective.metric] for objective in objectives)


def objective_values(rungs: Mapping[int, Values], final: Values | None, objectives: Sequence[Objective]) -> Values:
    """A trial's value for each objective; NaN where it has none.

    Only values of one protocol are put together: ``mean_last_3`` and ``best`` use the evaluations at rungs, ``last``
    the one of the end where there is one.

    Args:
        rungs: values by epoch.
        final: values with the protocol of the end, or None.
        objectives: of the study.
    """
    history = [rungs[epoch] for epoch in sorted(rungs)] or ([] if final is None else [final])
    return tuple(
        _statistic([values[index] for values in history], None if final is None else final[index], objective)
        for index, objective in enumerate(objectives)
    )


def is_finite(values: Values) -> bool:
    """Whether every value is a finite number."""
    return all(math.isfinite(value) for value in values)


def _statistic(history: Sequence[float], final: float | None, objective: Objective) -> float:
    if objective.value == "last" and final is not None:
        return final
    if not history:
        return math.nan
    if objective.value == "last":
        return history[-1]
    if objective.value == "mean_last_3":
        return math.fsum(history[-LAST:]) / len(history[-LAST:]) if is_finite(tuple(history[-LAST:])) else math.nan
    finite = [value for value in history if math.isfinite(value)]
    best = min if objective.direction == "minimize" else max
    return best(finite, default=math.nan)
