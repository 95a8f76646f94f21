"""How the runs of arms ended, as shares to draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.experiments.runs import ExperimentRun

LOOKS: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.SUCCESS: ("#009e73", ""),
    Outcome.OTHER: ("#d9dfe6", ""),
    Outcome.PARTIAL: ("#e69f00", "..."),
    Outcome.TOTAL: ("#d55e00", "///"),
    Outcome.DIVERGED: ("#5b6775", "xxx"),
}
"""Colour and hatch of each, from the best to the worst: Okabe and Ito's colours, and hatches where colours fail."""


def draw_outcomes(axes: Axes, arms: Sequence[Sequence[ExperimentRun]]) -> list[Patch]:
    """Shares of outcomes as stacked bars, arm by arm from above; what the legend needs, of outcomes that occur."""
    seen: dict[Outcome, Patch] = {}
    for place, runs in enumerate(arms):
        counts = Counter(run.outcome for run in runs if run.outcome is not None)
        left = 0.0
        for outcome, (colour, hatch) in LOOKS.items():
            share = 100 * counts[outcome] / max(1, counts.total())
            if share:
                axes.barh(place, share, 0.7, left, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
                seen[outcome] = Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=str(outcome))
                left += share
    return [seen[outcome] for outcome in LOOKS if outcome in seen]
