"""What a plan costs: hours of processors and GPUs, wall time, money."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from statistics import fmean

import torch

from gansearch.reporting.previews.planned_runs import PlannedRuns
from gansearch.reporting.previews.timing import Timing
from gansearch.space.plan import Budget, Resources

HOUR_S = 3600.0


@dataclass(frozen=True)
class Steps:
    """Generator updates of a run."""

    low: int
    high: int
    mean: float
    """Over runs."""


@dataclass(frozen=True)
class Cost:
    """What all runs of a plan come to."""

    timing: Timing
    run_s: float
    """Of one run, the mean; in packs its share of the pack's time."""
    workers: int
    """Packs at a time."""
    cpu_hours: float | None
    """None where nothing bounds the number of runs."""
    gpu_hours: float | None
    wall_s: float | None
    money: float | None
    """None also without ``budget.cost_per_gpu_hour``."""
    is_upper_bound: bool
    """Whether pruning, detectors or the budget may end runs before."""


def cost(
    runs: PlannedRuns, steps: Steps, timing: Timing, resources: Resources, budget: Budget, *, workers: int, stops: bool
) -> Cost:
    """The cost of all runs.

    Args:
        runs: of the plan.
        steps: of each.
        timing: of one.
        resources: that a pack asks for.
        budget: with a price, where there is one.
        workers: packs at a time, at least 1.
        stops: whether detectors end runs.
    """
    run_s = steps.mean * timing.step_s + runs.evaluations * timing.evaluation_s + timing.final_s
    total_s = None if runs.runs is None else runs.runs * run_s
    gpu_hours = None if total_s is None else total_s * resources.gpu / HOUR_S
    return Cost(
        timing=timing,
        run_s=run_s,
        workers=workers,
        cpu_hours=None if total_s is None else total_s * resources.cpu / HOUR_S,
        gpu_hours=gpu_hours,
        wall_s=None if total_s is None else max(total_s / workers, run_s * timing.lanes),
        money=None if gpu_hours is None else budget.cost_of(gpu_hours),
        is_upper_bound=runs.may_end_early or stops or budget.is_bound,
    )


def workers_here(resources: Resources) -> int:
    """Packs that ``resources.concurrent`` allows, or else that this machine holds; at least 1."""
    if resources.concurrent is not None:
        return resources.concurrent
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    fits = [math.floor(usable / resources.cpu)] if resources.cpu else []
    if resources.gpu:
        gpus = torch.cuda.device_count()
        whole = resources.gpu >= 1
        fits.append(math.floor(gpus / resources.gpu) if whole else gpus * math.floor(1 / resources.gpu))
    return max(1, min(fits, default=1))


def steps_of(counts: list[tuple[int, float]]) -> Steps:
    """Steps of configurations with their weights."""
    found = [count for count, _ in counts]
    return Steps(min(found), max(found), fmean(found, [weight for _, weight in counts]))
