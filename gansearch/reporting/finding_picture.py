"""The picture of a finding: its signal up to the stop, the threshold, the window that was looked at, the sentence."""

from __future__ import annotations

import io
from textwrap import wrap
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from gansearch.records import Finding
from gansearch.reporting.chart_axis import ChartAxis
from gansearch.reporting.judged_series import JudgedSeries
from gansearch.reporting.pictures import Pixels

WIDTH, HEIGHT = 960, 480
DPI: Final = 100
TITLE_CHARACTERS: Final = 118
INK, SOFT, RULE = "#1d2733", "#5b6775", "#d9dfe6"
SERIES, LIMIT, WINDOW = "#0072b2", "#d55e00", "#f3ecd6"
"""Blue and vermillion, which colour-blind readers tell apart; the threshold is dashed as well, and written beside."""


def finding_picture(name: str, finding: Finding, series: JudgedSeries) -> Pixels:
    """The picture [480, 960, 3].

    Every setting is the figure's own: a thread may draw this while another draws the report's figures.

    Args:
        name: of the run.
        finding: for which it was stopped.
        series: as ``judged_series`` gives it.
    """
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    title = [
        f"{name}: {finding.kind.replace('_', ' ')} at step {finding.step:,} (epoch {finding.epoch:,})",
        *wrap(finding.sentence, TITLE_CHARACTERS)[:4],
    ]
    figure.suptitle("\n".join(title), x=0.01, ha="left", fontsize=10, color=INK)
    _draw(figure.subplots(), series)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="rgba")
    return np.frombuffer(drawn.getvalue(), dtype=np.uint8).reshape(HEIGHT, WIDTH, 4)[:, :, :3].copy()


def _draw(axes: Axes, series: JudgedSeries) -> None:
    """Window, threshold and series, in this order."""
    if series.since_step is not None:
        shaded = f"the window, steps {series.since_step + 1:,} to {series.step:,}"
        axes.axvspan(series.since_step, series.step, color=WINDOW, linewidth=0, label=shaded)
    if series.threshold is not None:
        said = f"the threshold, {series.threshold:.4g}"
        axes.axhline(series.threshold, color=LIMIT, linestyle="--", linewidth=2, label=said)
    marker = "o" if series.is_evaluations or len(series.values) == 1 else None
    axes.plot(series.steps, series.values, color=SERIES, linewidth=2, marker=marker, label=series.label)
    if ChartAxis.of(series.values, series.threshold).is_log:
        axes.set_yscale("log")
    axes.set_xlabel("step", color=INK)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.tick_params(colors=SOFT)
    axes.grid(color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    unseen = None if series.threshold is not None else "the threshold is of another number: see the sentence"
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=9, title=unseen)
