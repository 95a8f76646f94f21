"""Plots of curves, for matplotlib without a display. Every figure is returned as PNG."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from gansearch.reporting.material import TrialMaterial
from gansearch.reporting.pictures import Pixels, with_colours

DPI = 150
WIDTH = 8.0
INK, SOFT, RULE = "#1d2733", "#5b6775", "#d9dfe6"
ACCENT, SECOND, FLOOR = "#0072b2", "#d55e00", "#5b6775"
"""Okabe and Ito's blue and vermillion, which colour-blind readers tell apart; order and dashes say it again."""
ENDS: dict[str, tuple[str, str, str]] = {
    "completed": (ACCENT, "-", "completed"),
    "pruned": ("#4d5661", "--", "pruned"),
    "collapsed": (SECOND, "-", "collapsed"),
    "diverged": ("#cc79a7", "-", "diverged"),
    "other": ("#e69f00", ":", "failed, resting or running"),
}
LOSSES = {"d_loss": "discriminator", "g_loss": "generator", "label_floor": "lowest possible for the discriminator"}
_LINES = (("d_loss", ACCENT, "-"), ("g_loss", SECOND, "-"), ("label_floor", FLOOR, ":"))
MARKS = {"collapsed": "X", "diverged": "X", "pruned": "|"}
STYLE: dict[Any, Any] = {
    "font.size": 10,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "legend.frameon": False,
    "text.color": INK,
}


def distance_curves(
    trials: Sequence[TrialMaterial], metric: str, unit: str, best: TrialMaterial | None
) -> bytes | None:
    """A metric at rungs over epochs, a line per run, coloured by its end; None where nothing was measured."""
    lines = [(trial, *_metric(trial, metric)) for trial in trials]
    lines = [line for line in lines if len(line[1])]
    if not lines:
        return None
    with figure_of(WIDTH, 4.2) as (figure, (axes,)):
        for trial, epochs, values in lines:
            _line(axes, trial, epochs, values, is_best=trial is best)
        _scale(axes, np.concatenate([values for _, _, values in lines]))
        axes.set_xlabel("epoch")
        axes.set_ylabel(f"{metric} ({unit})")
        axes.set_title(f"{metric} over training, a line per run")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _legend_of_ends(axes, [trial for trial, _, _ in lines], best)
        return to_png(figure)


def loss_curves(trials: Sequence[tuple[str, TrialMaterial]]) -> bytes | None:
    """Losses of discriminator and generator over epochs, a panel per run; None where none has signals.

    Args:
        trials: with each what it is, as ``best``.
    """
    shown = [(what, trial) for what, trial in trials if "d_loss" in trial.signal_windows]
    if not shown:
        return None
    with figure_of(WIDTH, 3.3, (1, len(shown))) as (figure, panels):
        for axes, (what, trial) in zip(panels, shown, strict=True):
            for name, colour, dashes in _LINES:
                if name in trial.signal_windows:
                    steps, means = trial.signal_windows[name]
                    axes.plot(
                        steps / trial.steps_per_epoch, means, dashes, color=colour, linewidth=1.1, label=LOSSES[name]
                    )
            axes.set_title(f"{what}: {trial.identity}", fontsize=9)
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        panels[0].set_ylabel("loss (nats)" if _is_entropy(shown[0][1]) else "loss")
        figure.legend(*panels[0].get_legend_handles_labels(), fontsize=8, ncols=3, loc="outside lower center")
        return to_png(figure)


def grids(pictures: Sequence[tuple[str, Pixels]]) -> bytes | None:
    """Pictures of samples side by side, each under its name; None without any."""
    if not pictures:
        return None
    tallest = max(picture.shape[0] / picture.shape[1] for _, picture in pictures)
    each = min(3.6, WIDTH / len(pictures))
    with figure_of(each * len(pictures), each * tallest + 0.3, (1, len(pictures))) as (figure, panels):
        for axes, (name, picture) in zip(panels, pictures, strict=True):
            axes.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            axes.set_title(name, fontsize=9)
            axes.set_axis_off()
        return to_png(figure)


def _metric(trial: TrialMaterial, metric: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Epochs of rungs, and the metric's finite values there."""
    found = [
        (done.epoch, measured.value)
        for done in trial.curve.evaluations
        if not done.final
        for measured in done.metrics
        if measured.name == metric and math.isfinite(measured.value)
    ]
    epochs, values = np.array(found, dtype=np.float64).reshape(-1, 2).T
    return epochs, values


def _line(
    axes: Axes, trial: TrialMaterial, epochs: NDArray[np.float64], values: NDArray[np.float64], *, is_best: bool
) -> None:
    colour, dashes, _ = ENDS[_group(trial)]
    width, above = (2.6, 4) if is_best else (1.0, 2 if trial.end_name == "completed" else 3)
    faint = 0.4 if trial.end_name == "completed" and not is_best else 1.0
    axes.plot(epochs, values, dashes, color=colour, linewidth=width, alpha=faint, zorder=above)
    axes.plot(epochs[-1:], values[-1:], MARKS.get(_group(trial), "o"), color=colour, markersize=5, zorder=above)


def _legend_of_ends(axes: Axes, trials: Sequence[TrialMaterial], best: TrialMaterial | None) -> None:
    groups = [_group(trial) for trial in trials]
    for group, (colour, dashes, name) in ENDS.items():
        if group in groups:
            label = f"{name} (n = {groups.count(group)})"
            axes.plot([], [], dashes, marker=MARKS.get(group, "o"), color=colour, markersize=5, label=label)
    if best is not None:
        axes.plot([], [], color=ACCENT, linewidth=2.6, label=f"best: {best.identity}")
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _group(trial: TrialMaterial) -> str:
    return trial.end_name if trial.end_name in ENDS else "other"


def _scale(axes: Axes, values: NDArray[np.float64]) -> None:
    """A logarithmic axis where values spread over more than a factor of 20."""
    if values.min() > 0 and values.max() / values.min() > 20:
        axes.set_yscale("log")


def _is_entropy(trial: TrialMaterial) -> bool:
    return trial.settings.get("loss.name") in ("non_saturating", "minimax")


@contextmanager
def figure_of(
    width: float, height: float, panels: tuple[int, int] = (1, 1), widths: Sequence[float] | None = None
) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure of so many inches with rows and columns of panels, row by row, in the report's style.

    Args:
        width: in inches.
        height: in inches.
        panels: rows and columns.
        widths: of the columns, relative to each other; equal where left out.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        yield figure, list(figure.subplots(*panels, squeeze=False, width_ratios=widths).flat)


def to_png(figure: Figure, colours: int | None = None) -> bytes:
    """The figure as PNG, the same bytes for the same figure; with so many colours at most, where they are given."""
    packed = io.BytesIO()
    figure.savefig(packed, format="png", metadata={"Software": None})
    return packed.getvalue() if colours is None else with_colours(packed.getvalue(), colours)
