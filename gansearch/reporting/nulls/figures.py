"""Figures of the page on nulls: false claims, trained nulls, planted effects. PNG."""

from __future__ import annotations

import io

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gansearch.reporting.effects.comparison import Effect
from gansearch.reporting.effects.power import ALPHA
from gansearch.reporting.effects.shares import Share
from gansearch.reporting.figures import ACCENT, DPI, SECOND, SOFT, STYLE, WIDTH
from gansearch.reporting.nulls.findings import NullFindings
from gansearch.reporting.nulls.planted import DISTANCE
from gansearch.reporting.nulls.trained import SHOWN, Verdicts, uncorrected

ROW = 0.24
"""Inches a line of the first figure."""
COLOURS = (ACCENT, SECOND, "#009e73", "#cc79a7", "#e69f00")
MARKERS = ("o", "s", "^", "D", "v")


def false_claims(found: NullFindings) -> bytes | None:
    """The share of false claims of every measure and pool with its interval; None without any."""
    rows = found.relabelled
    if not rows:
        return None
    figure, axes = _one(1.2 + ROW * len(rows))
    names = list(dict.fromkeys(each.measure for each in rows))
    with rc_context(STYLE):
        axes.axvline(100 * ALPHA, color=SOFT, linestyle=":")
        for place, each in enumerate(rows):
            style = names.index(each.measure)
            _interval(axes, place, each.rate.claims, COLOURS[style % 5], MARKERS[style % 5])
        axes.set_yticks(range(len(rows)), [f"{each.measure}, {each.pool.name}" for each in rows], fontsize=7)
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.set_xlabel("relabellings in which an effect was claimed (%); dotted: 5 %")
        axes.set_title("False claims under labels that mean nothing")
        return _png(figure)


def trained(found: Verdicts) -> bytes | None:
    """The effect of every trained null with its interval, in order of size; None without a ratio of distances."""
    effects = [(each.effect, uncorrected(each)) for each in found.judged if isinstance(each.effect, Effect)]
    known = [(effect, verdict) for effect, verdict in effects if effect.value is not None and effect.interval]
    if not known:
        return None
    known.sort(key=lambda each: each[0].value or 0.0)
    figure, axes = _one(3.6)
    with rc_context(STYLE):
        margin = 1 - known[0][0].measure.margin
        for line, dashes in ((1.0, "-"), (margin, ":"), (1 / margin, ":")):
            axes.axhline(line, color=SOFT, linestyle=dashes, linewidth=1)
        for place, (effect, verdict) in enumerate(known):
            assert effect.interval is not None
            assert effect.value is not None
            colour, marker = (SECOND, "X") if verdict in SHOWN else (ACCENT, "o")
            axes.plot([place, place], [effect.interval.low, effect.interval.high], color=colour, linewidth=1)
            axes.plot([place], [effect.value], marker, color=colour, markersize=5 if marker == "X" else 4)
        axes.set_xticks([])
        axes.set_xlabel("trained nulls, in order of the estimate (X: claimed without a correction)")
        axes.set_ylabel("distance over the baseline's")
        axes.set_title("Arms that do not differ, and what is estimated of them")
        return _png(figure)


def planted(found: NullFindings) -> bytes | None:
    """The share of studies that found a planted effect over the share that is stated; None without any."""
    rows = [each for each in found.planted if each.measure == DISTANCE]
    if not rows:
        return None
    figure, axes = _one(3.8)
    pools = list(dict.fromkeys(each.pool for each in rows))
    with rc_context(STYLE):
        axes.plot([0, 100], [0, 100], ":", color=SOFT, label="as stated")
        for style, pool in enumerate(pools):
            own = [each for each in rows if each.pool == pool]
            across = np.array([100 * each.stated for each in own]) + style
            values = np.array([100 * (each.found.value or 0.0) for each in own])
            ends = np.array(
                [(each.found.interval.low, each.found.interval.high) for each in own if each.found.interval]
            )
            around = np.abs(100 * ends.T - values)
            colour, marker = COLOURS[style % 5], MARKERS[style % 5]
            axes.errorbar(across, values, around, fmt=marker, color=colour, markersize=4, label=pool)
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 102)
        axes.set_xlabel("stated power (%)")
        axes.set_ylabel("found (%)")
        axes.set_title("Planted effects: found, over the power that is stated")
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return _png(figure)


def _interval(axes: Axes, place: int, share: Share, colour: str, marker: str) -> None:
    if share.interval is None or share.value is None:
        return
    axes.plot([100 * share.interval.low, 100 * share.interval.high], [place, place], color=colour, linewidth=1.3)
    axes.plot([100 * share.value], [place], marker, color=colour, markersize=4)


def _one(height: float) -> tuple[Figure, Axes]:
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        return figure, figure.subplots()


def _png(figure: Figure) -> bytes:
    packed = io.BytesIO()
    figure.savefig(packed, format="png", metadata={"Software": None})
    return packed.getvalue()
