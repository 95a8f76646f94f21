"""What searches had found over the simulated time: a line for each way, the median over seeds. PNG."""

from __future__ import annotations

import io
from statistics import median
from typing import Final

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from gansearch.reporting.figures import ACCENT, DPI, SECOND, SOFT, STYLE, WIDTH
from gansearch.reporting.searches.replays import Question

COLOURS: Final = (ACCENT, SECOND, "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d5661", SOFT)
DASHES: Final = ("-", "--", "-.", ":")
POINTS: Final = 200
TICKS: Final = (1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0)
"""Of what was found over the best; what is worse than the last lies above the picture."""


def found_over_time(question: Question) -> bytes:
    """The best found so far over the grid's best, as a share above it, over the simulated time."""
    times = np.linspace(question.time_s / POINTS, question.time_s, POINTS)
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.8), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        for index, (name, every) in enumerate(question.searches.items()):
            ratios = np.array([median(each.ratio_at(at) for each in every) for at in times])
            shown = np.isfinite(ratios)
            style = DASHES[(index + index // len(COLOURS)) % len(DASHES)]
            axes.plot(times[shown], ratios[shown], style, color=COLOURS[index % len(COLOURS)], label=name)
        axes.set_yscale("log")
        axes.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylim(0.97, TICKS[-1])
        axes.set_xlabel("simulated time (seconds)")
        axes.set_ylabel("best found, over the grid's best")
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        packed = io.BytesIO()
        figure.savefig(packed, format="png", metadata={"Software": None})
    return packed.getvalue()
