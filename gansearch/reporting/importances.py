"""The importance of a study's dimensions for each of its objectives; replicates of a configuration count once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.study.importance import Importances, Point, importances


def study_importances(material: StudyMaterial) -> Mapping[str, tuple[Importances, ...]]:
    """Per objective's metric, what each evaluator says; empty where there are too few configurations.

    A study of arms has no dimensions to weigh, and nothing is computed.
    """
    if material.space.arms:
        return {}
    parameters, objectives = material.space.parameters, material.space.plan.objectives
    return {
        objective.metric: importances(
            points(material.completed, index), parameters, lower_is_better=objective.direction == "minimize"
        )
        for index, objective in enumerate(objectives)
    }


def points(completed: Sequence[TrialMaterial], index: int) -> list[Point]:
    """A point per completed configuration, with the mean of the objective at ``index`` over its replicates."""
    values: dict[int, list[float]] = {}
    parameters = {trial.identity.number: trial.parameters for trial in completed}
    for trial in completed:
        if trial.values is not None and math.isfinite(trial.values[index]):
            values.setdefault(trial.identity.number, []).append(trial.values[index])
    return [Point(parameters[number], float(np.mean(found))) for number, found in values.items()]
