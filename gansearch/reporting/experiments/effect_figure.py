"""An experiment's arms against the baseline: distances run by run with their effects, and how runs ended. PNG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from gansearch.reporting import figures
from gansearch.reporting.effects.comparison import Effect
from gansearch.reporting.effects.measure import MARGIN, Scale
from gansearch.reporting.experiments.hypotheses import PRIMARY
from gansearch.reporting.experiments.outcome_counts import draw_outcomes
from gansearch.reporting.experiments.runs import ExperimentRun

ROW_INCHES = 0.3
TICKS = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.3,
    0.5,
    0.7,
    0.8,
    0.9,
    1.0,
    1.1,
    1.25,
    1.5,
    2.0,
    3.0,
    5.0,
    10.0,
    20.0,
    50.0,
    100.0,
)
MOST_TICKS = 7
ROOM = 1.06
"""Times the largest ratio: where the axis ends."""
COLOURS = 64


@dataclass(frozen=True)
class DrawnArm:
    """A row of the figure."""

    label: str
    runs: Sequence[ExperimentRun]
    effect: Effect | None
    """Of the arm on the distance; None of the baseline itself."""

    @property
    def distances(self) -> list[float]:
        """Of the runs that have one at their full budget."""
        return [run.final[PRIMARY] for run in self.runs if not run.is_censored and run.final.get(PRIMARY, 0.0) > 0]


def effect_figure(arms: Sequence[DrawnArm], baseline: Sequence[float]) -> bytes:
    """A row per arm, in order.

    Args:
        arms: with runs.
        baseline: distances of the baseline's runs, above 0; at least one.
    """
    height = 1.25 + ROW_INCHES * len(arms)
    with figures.figure_of(figures.WIDTH, height, (1, 2), widths=(3.0, 1.6)) as (figure, (left, right)):
        reference = geometric_mean(baseline)
        _draw_distances(left, arms, reference)
        left.set_yticks(range(len(arms)), [arm.label for arm in arms], fontsize=8)
        shown = draw_outcomes(right, [arm.runs for arm in arms])
        right.set_yticks(range(len(arms)), [f"n = {len(arm.runs)}" for arm in arms], fontsize=7)
        right.set_xlim(0, 100)
        right.set_xlabel("runs by outcome (%)", fontsize=9)
        for axes in (left, right):
            axes.set_ylim(len(arms) - 0.4, -0.6)
            axes.tick_params(axis="y", length=0)
            axes.grid(visible=False, axis="y")
        figure.legend(handles=shown, fontsize=8, ncols=5, loc="outside lower center")
        return figures.to_png(figure, COLOURS)


def geometric_mean(values: Sequence[float]) -> float:
    """Of values above 0."""
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def _draw_distances(axes: Axes, arms: Sequence[DrawnArm], reference: float) -> None:
    for line, dashes in ((1.0, "-"), (1 - MARGIN, ":"), (1 / (1 - MARGIN), ":")):
        axes.axvline(line, color=figures.SOFT, linestyle=dashes, linewidth=1, zorder=0)
    ratios = [distance / reference for arm in arms for distance in arm.distances]
    for place, arm in enumerate(arms):
        own = [distance / reference for distance in arm.distances]
        axes.plot(own, [place + 0.18] * len(own), "|", color=figures.SOFT, markersize=6, alpha=0.8)
        ratios += _draw_effect(axes, place - 0.12, arm.effect, own)
        if censored := sum(run.is_censored for run in arm.runs):
            said = f"{censored} diverged"
            axes.annotate(said, (1, place), xycoords=("axes fraction", "data"), ha="right", va="center", fontsize=7)
    low, high = min(ratios, default=1.0) / ROOM, max(ratios, default=1.0) * ROOM
    low, high = min(low, (1 - MARGIN) / ROOM), max(high, ROOM / (1 - MARGIN))
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.minorticks_off()
    ticks = ticks_between(low, high)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel("distance over the baseline's (lower is better)", fontsize=9)


def _draw_effect(axes: Axes, place: float, effect: Effect | None, own: Sequence[float]) -> list[float]:
    """The estimate with its interval, filled where there are runs enough for one; what the axis must hold of it."""
    if effect is None or effect.scale is not Scale.RATIO or effect.value is None:
        if own:  # the baseline, or an arm that is compared by rank
            axes.plot([geometric_mean(own)], [place], "o", color=figures.INK, markerfacecolor="white", markersize=5)
        return []
    if effect.interval is None:
        axes.plot([effect.value], [place], "o", color=figures.ACCENT, markerfacecolor="white", markersize=5)
        return [effect.value]
    ends = [effect.interval.low, effect.interval.high]
    axes.plot(ends, [place, place], color=figures.ACCENT, linewidth=2)
    axes.plot([effect.value], [place], "o", color=figures.ACCENT, markersize=5)
    return ends


def ticks_between(low: float, high: float) -> list[float]:
    """Readable ticks of a ratio's axis, 1 among them."""
    inside = [tick for tick in TICKS if low <= tick <= high]
    while len(inside) > MOST_TICKS:
        middle = inside.index(1.0)
        inside = [tick for place, tick in enumerate(inside) if (place - middle) % 2 == 0]
    return inside
