"""The front of quality against computing time: completed runs than which no other is both better and cheaper."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gansearch.curves.origin import most_lanes
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.space.plan import Resources


@dataclass(frozen=True, eq=False)
class PricedRun:
    """A completed run with what it cost."""

    trial: TrialMaterial
    value: float
    """Of the first objective."""
    cost_s: float
    """GPU- or CPU-seconds; its share of the pack's where it was one of several lanes."""
    is_on_front: bool


@dataclass(frozen=True)
class CostFront:
    """Completed runs by what they cost."""

    unit: str
    """``GPU-seconds``, ``CPU-seconds``, or ``seconds`` where a study asked for neither."""
    runs: tuple[PricedRun, ...]
    """Cheapest first."""
    unpriced: int
    """Completed runs whose time is not known."""

    @property
    def front(self) -> tuple[PricedRun, ...]:
        """Those on it, the cheapest first."""
        return tuple(run for run in self.runs if run.is_on_front)


def cost_front(material: StudyMaterial) -> CostFront:
    """The front of a study by its first objective."""
    resources, objective = material.space.resources, material.space.plan.objectives[0]
    sign = 1.0 if objective.direction == "minimize" else -1.0
    found = [
        (run_cost_s(trial, resources), trial.values[0], trial)
        for trial in material.completed
        if trial.values is not None and trial.seconds > 0 and math.isfinite(trial.values[0])
    ]
    found.sort(key=lambda each: (each[0], sign * each[1]))
    runs, best = [], math.inf
    for cost_s, value, trial in found:
        is_on_front = sign * value < best
        best = min(best, sign * value)
        runs.append(PricedRun(trial, value, cost_s, is_on_front))
    return CostFront(_unit(resources), tuple(runs), len(material.completed) - len(runs))


def run_cost_s(trial: TrialMaterial, resources: Resources) -> float:
    """GPU-seconds of a run, or its CPU-seconds where it had no GPU. The lanes of a pack share what the pack held."""
    held = resources.gpu or resources.cpu or 1.0
    return trial.seconds * held / most_lanes(trial.curve)


def _unit(resources: Resources) -> str:
    if resources.gpu > 0:
        return "GPU-seconds"
    return "CPU-seconds" if resources.cpu > 0 else "seconds"
