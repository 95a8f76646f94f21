"""What ``gansearch plan`` shows before anything starts, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gansearch.cli._text import columns, duration, number

if TYPE_CHECKING:
    from gansearch.reporting.plan_preview import PlanPreview
    from gansearch.reporting.previews.cost import Cost
    from gansearch.reporting.previews.detectable import Detectable

NAMES = {"arms": "arms", "grid": "points of the grid", "search": "trials"}
MOST_RUNGS = 8
"""More are those of every evaluation, and not listed."""
SEEN = ("comparison", "runs", "level", "distance at most", "success rate", "runs for 10 %")


def told(found: PlanPreview) -> str:
    """What a user reads."""
    parts = [columns([*_runs(found), *_cost(found)])]
    if found.detectable:
        parts.append(
            f"effects that are shown with {found.detectable[0].power:.0%} power\n{columns([SEEN, *_seen(found)])}"
        )
        parts.append(
            f"noise: log distances vary by {number(found.spread.deviation)} (standard deviation) among seeds, of "
            f"{found.spread.runs} runs; {found.spread.source}"
        )
    parts += [f"note: {note}" for note in found.notes]
    return "\n\n".join(parts)


def described(found: PlanPreview) -> dict[str, Any]:
    """The form of ``--json``."""
    return asdict(found)


def _runs(found: PlanPreview) -> Iterator[tuple[str, str]]:
    runs = found.runs
    count = "no bound" if runs.configurations is None else f"{runs.configurations:,}"
    yield NAMES[runs.kind], count
    more = "" if runs.baseline_replicates in (None, runs.replicates) else f", the baseline {runs.baseline_replicates}"
    yield "runs of each", f"{runs.replicates}{more}"
    yield "runs", "no bound" if runs.runs is None else f"{runs.runs:,}"
    yield "epochs of a run", _range(*runs.epochs)
    if found.steps is not None:
        yield "steps of a run", _range(found.steps.low, found.steps.high)
    if runs.kind == "search":
        yield "sampler", runs.sampler
    if runs.pruner != "none":
        yield "pruner", f"{runs.pruner}{_rungs(runs.rungs)}"
    if runs.bounds:
        yield "budget", ", ".join(f"{name} {number(bound)}" for name, bound in runs.bounds.items())


def _cost(found: PlanPreview) -> Iterator[tuple[str, str]]:
    cost = found.cost
    if cost is None:
        return
    yield "a run takes", f"{duration(cost.run_s)}, {_step(cost)}"
    most = "at most " if cost.is_upper_bound else ""
    if cost.cpu_hours is not None:
        yield "CPU-hours", f"{most}{number(cost.cpu_hours)}"
    if cost.gpu_hours:
        yield "GPU-hours", f"{most}{number(cost.gpu_hours)}"
    if cost.money is not None:
        yield "cost", f"{most}{number(cost.money)}"
    if cost.wall_s is not None:
        yield "wall time", f"{most}{duration(cost.wall_s)}, {cost.workers} at a time"
    yield "known from", cost.timing.source


def _step(cost: Cost) -> str:
    low, high = (1e3 * each for each in cost.timing.range_s)
    steps = f"{low:.2g} ms a step" if low == high else f"{low:.2g} to {high:.2g} ms a step"
    return steps if cost.timing.lanes == 1 else f"{steps} in packs of {cost.timing.lanes}"


def _seen(found: PlanPreview) -> Iterator[tuple[str, ...]]:
    for each in found.detectable:
        yield (
            each.what,
            f"{each.runs} v {each.baseline_runs}",
            _level(each),
            "none" if each.ratio is None else f"{each.ratio:.2f} of the other's ({100 * (each.ratio - 1):+.0f} %)",
            "none" if each.rate_points is None else f"{each.rate_points:+.0f} points from 25 %",
            "-" if each.runs_for_margin is None else f"{each.runs_for_margin:,} v as many",
        )


def _level(each: Detectable) -> str:
    return "5 %" if each.comparisons == 1 else f"5 % over {each.comparisons:,} (Holm)"


def _rungs(epochs: tuple[int, ...]) -> str:
    if len(epochs) > MOST_RUNGS:
        return f", every {epochs[1] - epochs[0]} epochs"
    return f", at epoch {', '.join(map(str, epochs))}" if epochs else ""


def _range(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
