"""How many runs a plan has, and how much they train."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final, TypeVar

from gansearch.records import Setting
from gansearch.reporting.previews.rungs import rungs
from gansearch.space import SearchSpace
from gansearch.space.arms import ARM
from gansearch.study.planned import is_grid, planned_assignments, runs_from

MOST_POINTS: Final = 500
"""Points of a grid whose settings are looked at, evenly spread over it; more say no more of a mean."""
DRAWN: Final = 5
"""Trials of a search that stand for all: those that are queued first, then random ones."""


T = TypeVar("T")


@dataclass(frozen=True)
class Configuration:
    """One configuration of a plan, and how many runs it stands for."""

    settings: Mapping[str, Setting]
    weight: float
    """Runs of it, or of those that it stands for."""


@dataclass(frozen=True)
class PlannedRuns:
    """The runs of a plan."""

    kind: str
    """``arms``, ``grid`` or ``search``."""
    configurations: int | None
    """Arms, points of the grid or trials; None where nothing bounds a search."""
    replicates: int
    baseline_replicates: int | None
    """Runs of the baseline of arms; None without arms."""
    runs: int | None
    epochs: tuple[int, int]
    """The fewest and the most that a run trains."""
    evaluations: float
    """Of a whole run, the mean over runs; 0 where the interval is measured at the launch."""
    sampler: str
    pruner: str
    rungs: tuple[int, ...]
    """Epochs at which the pruner judges; of those at every evaluation, all of them."""
    bounds: Mapping[str, float]
    """What the budget allows at most, by its keys."""

    @property
    def may_end_early(self) -> bool:
        """Whether the plan's pruner ends runs, so that the count of steps is an upper bound."""
        return self.pruner != "none"


def planned_runs(space: SearchSpace, configurations: Sequence[Configuration]) -> PlannedRuns:
    """Count the runs of ``space``, whose ``configurations`` these are.

    Raises:
        StudyError: where the budget leaves no trial.
    """
    count = _count(space)
    epochs = [int(each.settings.get("training.epochs") or 0) for each in configurations]
    return PlannedRuns(
        kind="arms" if space.arms else "grid" if is_grid(space) else "search",
        configurations=count,
        replicates=space.plan.replicates,
        baseline_replicates=space.replicates(space.default_parameters()) if space.arms else None,
        runs=None if count is None else runs_from(space, 0, count),
        epochs=(min(epochs), max(epochs)),
        evaluations=fmean(map(_evaluations, configurations), [each.weight for each in configurations]),
        sampler=str(space.plan.sampler["name"]),
        pruner=str(space.plan.pruner["name"]),
        rungs=rungs(space.plan.pruner, max(epochs), int(_default(space, "training.evaluate_every") or 0)),
        bounds=_bounds(space),
    )


def configurations(space: SearchSpace) -> tuple[Configuration, ...]:
    """Every arm; points spread evenly over a grid; of a search some trials that stand for all."""
    if space.arms:
        return tuple(Configuration(arm.settings, space.replicates({ARM: arm.name})) for arm in space.arms)
    if is_grid(space):
        points = space.grid()
        chosen = _spread(points, MOST_POINTS)
        weight = space.plan.replicates * len(points) / len(chosen)
        return tuple(Configuration(space.settings(point), weight) for point in chosen)
    plan = replace(space.plan, sampler={"name": "random"}, pruner={"name": "none"}, trials=DRAWN, replicates=1)
    drawn = planned_assignments(replace(space, plan=plan), space.name, space.plan.seed)
    return tuple(Configuration(each.settings, 1.0) for each in drawn)


def spread(every: Sequence[Configuration], most: int) -> tuple[Configuration, ...]:
    """At most so many, evenly spread, the first among them."""
    return tuple(_spread(every, most))


def _spread(every: Sequence[T], most: int) -> list[T]:
    count = min(len(every), most)
    return [every[place * len(every) // count] for place in range(count)]


def _count(space: SearchSpace) -> int | None:
    given = (len(space.grid()) if is_grid(space) else None, space.plan.trials, space.budget.trials)
    return min((bound for bound in given if bound is not None), default=None)


def _evaluations(each: Configuration) -> float:
    every = int(each.settings.get("training.evaluate_every") or 0)
    return int(each.settings.get("training.epochs") or 0) // every if every else 0.0


def _default(space: SearchSpace, path: str) -> Setting:
    return space.settings(space.default_parameters()).get(path)


def _bounds(space: SearchSpace) -> dict[str, float]:
    budget = space.budget
    given = {
        "hours": budget.hours,
        "gpu_hours": budget.gpu_hours,
        "epochs": budget.epochs,
        "trials": budget.trials,
        "cost": budget.cost,
    }
    return {name: float(bound) for name, bound in given.items() if bound is not None}
