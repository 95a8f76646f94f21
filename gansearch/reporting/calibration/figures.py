"""Figures of the page on detectors: regret over compute, when collapses are stopped, and thresholds moved. PNG."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from gansearch.reporting.calibration.assessment import Assessment
from gansearch.reporting.calibration.baselines import (
    ASHA,
    BOTH,
    D_LOSS,
    D_LOSS_ELSEWHERE,
    ELSEWHERE,
    MEDIAN,
    NEVER,
    NON_FINITE,
    RANDOM,
    Trial,
)
from gansearch.reporting.calibration.confusion import POLICY
from gansearch.reporting.calibration.equal_compute import BUDGETS
from gansearch.reporting.calibration.judgement import spent
from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.calibration.thresholds import Sweep
from gansearch.reporting.figures import ACCENT, DPI, SECOND, SOFT, STYLE, WIDTH

PANELS = 3
"""In a row."""
LINES: dict[str, tuple[str, str]] = {
    POLICY: (ACCENT, "-"),
    NEVER: (SOFT, "-"),
    RANDOM: (SOFT, ":"),
    ASHA: (SECOND, "-"),
    MEDIAN: ("#e69f00", "--"),
    D_LOSS: ("#cc79a7", "-."),
    NON_FINITE: ("#4d5661", "--"),
    BOTH: ("#009e73", "-"),
    ELSEWHERE: (ACCENT, "--"),
    D_LOSS_ELSEWHERE: ("#cc79a7", ":"),
}


def regret(ways: Sequence[Trial]) -> bytes:
    """Regret (geometric mean over orders) of every way of stopping over the share of all steps that it may use."""
    figure, (axes,) = _panels(1, 4.0)
    with rc_context(STYLE):
        for way in ways:
            colour, dashes = LINES[way.name]
            width = 2.4 if way.name == POLICY else 1.3
            axes.plot(
                BUDGETS, np.expm1(way.regrets.mean(axis=0)), dashes, color=colour, linewidth=width, label=way.name
            )
        axes.set_yscale("symlog", linthresh=0.01)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("share of the steps of all runs")
        axes.set_ylabel("regret (share of the best distance; linear below .01)")
        axes.set_title("Best run found with so many steps")
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return _png(figure)


def stops_over_time(found: Assessment) -> bytes | None:
    """Share of the total collapses stopped so far, over the share of the run, a line per data set; None without any."""
    share = spent(found.truths, found.stops) / np.maximum(1, found.truths.steps)
    collapsed = found.truths.ended(Outcome.TOTAL)
    names = sorted(set(found.truths.datasets[collapsed].tolist()))
    if not names:
        return None
    figure, (axes,) = _panels(1, 3.6)
    with rc_context(STYLE):
        for name, (colour, dashes) in zip(names, list(LINES.values()) * len(names), strict=False):
            own = np.sort(share[collapsed & (found.truths.datasets == name)])
            stopped = own[own < 1]
            heights = np.arange(len(stopped) + 1) / len(own)
            across = [0.0, *stopped, 1.0]
            label = f"{name} (n = {len(own)})"
            axes.step(across, [*heights, heights[-1]], dashes, where="post", color=colour, label=label)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("share of the run")
        axes.set_ylabel("share stopped")
        axes.set_title("Total collapses stopped by the policy")
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return _png(figure)


def thresholds(found: Sequence[Sweep]) -> bytes | None:
    """Recall and false kills of each detector alone, over each threshold that changes them; None without any."""
    found = [sweep for sweep in found if sweep.matters]
    if not found:
        return None
    rows = math.ceil(len(found) / PANELS)
    figure, panels = _panels(PANELS, 2.1 * rows, rows)
    with rc_context(STYLE):
        for axes, sweep in zip(panels, found, strict=False):
            _sweep(axes, sweep)
        for axes in panels[len(found) :]:
            axes.set_axis_off()
        figure.legend(*panels[0].get_legend_handles_labels(), fontsize=8, ncols=3, loc="outside lower center")
        return _png(figure)


def _sweep(axes: Axes, sweep: Sweep) -> None:
    values = [point.value for point in sweep.points]
    recall = [point.collapses_stopped.share for point in sweep.points]
    killed = [point.false_kills.share for point in sweep.points]
    axes.plot(values, recall, "-o", color=ACCENT, markersize=3, label="total collapses stopped")
    axes.plot(values, killed, "--s", color=SECOND, markersize=3, label="false kills in the best quarter")
    own = next((point.value for point in sweep.points if point.is_default), None)
    if own is not None:
        axes.axvline(own, color=SOFT, linestyle=":", label="as assessed")
    if sweep.is_log:
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(-0.04, 1.04)
    axes.set_title(sweep.detector, fontsize=8)
    axes.set_xlabel(f"{sweep.field} ({sweep.unit})" if sweep.unit else sweep.field, fontsize=8)


def _panels(columns: int, height: float, rows: int = 1) -> tuple[Figure, list[Axes]]:
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        return figure, list(figure.subplots(rows, columns, squeeze=False).ravel())


def _png(figure: Figure) -> bytes:
    packed = io.BytesIO()
    figure.savefig(packed, format="png", metadata={"Software": None})
    return packed.getvalue()
