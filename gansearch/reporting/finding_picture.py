"""The picture of a finding: its signal up to then, the threshold, the window that was looked at, the sentence."""

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
from gansearch.reporting.chart_axis import LOG_FROM, ChartAxis
from gansearch.reporting.judged_series import JudgedSeries
from gansearch.reporting.pictures import Pixels

WIDTH, HEIGHT = 960, 480
DPI: Final = 100
TITLE_CHARACTERS: Final = 118
INK, SOFT, RULE = "#1d2733", "#5b6775", "#d9dfe6"
SERIES, LIMIT, WINDOW = "#0072b2", "#d55e00", "#f3ecd6"
"""Blue and vermillion, which colour-blind readers tell apart; the threshold is dashed as well, and written beside."""


def finding_picture(name: str, finding: Finding, series: JudgedSeries, *, is_spared: bool = False) -> Pixels:
    """The picture [480, 960, 3].

    Every setting is the figure's own: a thread may draw this while another draws the report's figures.

    Args:
        name: of the run.
        finding: for which it was stopped, or would have been.
        series: as ``judged_series`` gives it.
        is_spared: whether it went on.
    """
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    did = "would have been stopped and went on" if is_spared else "was stopped"
    title = [
        f"{name} {did}: {finding.kind.replace('_', ' ')} at step {finding.step:,} (epoch {finding.epoch:,})",
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
        # Above the series: where both lie at the bottom, the dashes show between.
        axes.axhline(series.threshold, color=LIMIT, linestyle="--", linewidth=2, label=said, zorder=3)
    marker = "o" if series.is_evaluations or len(series.values) == 1 else None
    axes.plot(series.steps, series.values, color=SERIES, linewidth=2, marker=marker, label=_points(series))
    _scale(axes, series)
    axes.set_xlabel("step (updates of the generator)", color=INK)
    axes.set_ylabel(series.label, color=INK)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:.4g}"))  # in full: no factor over the axis to overlook
    axes.tick_params(colors=SOFT)
    axes.grid(color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    unseen = None if series.threshold is not None else "the threshold is of another number: see the sentence"
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=9, title=unseen)


def _points(series: JudgedSeries) -> str:
    """What a point of the line is."""
    if series.is_evaluations:
        return f"{series.label}, at each evaluation"
    apart = np.diff(series.steps)
    width = int(np.median(apart)) if len(apart) else 0
    return f"{series.label}, means of {width} steps" if width > 1 else series.label


def _scale(axes: Axes, series: JudgedSeries) -> None:
    """Logarithmic where values spread far; where some are zero, linear below a threshold that nobody would see."""
    limit, most = series.threshold, float(series.values.max())
    if ChartAxis.of(series.values, limit).is_log:
        axes.set_yscale("log")
    elif limit is not None and limit > 0 and float(series.values.min()) >= 0 and most >= LOG_FROM * limit:
        axes.set_yscale("symlog", linthresh=limit)
        axes.set_ylim(bottom=-limit / 2)
