"""A series as a small chart of block characters, with its threshold as a line; it needs no colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gansearch.reporting.chart_axis import ChartAxis
    from gansearch.reporting.judged_series import JudgedSeries

WIDTH, HEIGHT = 64, 9
LABEL = 10
PARTS = " ▁▂▃▄▅▆▇█"
FULL, LINE, AXIS, WINDOW = "█", "╌", "─", "═"


def chart(series: JudgedSeries) -> list[str]:
    """The chart's lines: bars, the threshold between those below and those above it, the axis with the window."""
    from gansearch.reporting.chart_axis import ChartAxis

    steps, values = _columns(series)
    axis = ChartAxis.of(values, series.threshold)
    heights = axis.place(values)
    over, line, under = _parts(heights, values, series.threshold, axis)
    bars = [(text, "│") for text in over] + [(text, LINE) for text in line] + [(text, "│") for text in under]
    labels = {len(bars) - 1: axis.low, 0: axis.high}
    if series.threshold is not None:
        labels[len(over)] = series.threshold
    rows = [(_label(labels.get(index)) + rule + text).rstrip() for index, (text, rule) in enumerate(bars)]
    since = series.since_step
    base = "".join(AXIS if since is None or step <= since else WINDOW for step in steps)
    last = f"{steps[-1]:,.0f}"
    notes = f"step {steps[0]:,.0f}".ljust(len(base) - len(last)) + last
    return [*rows, " " * LABEL + "└" + base, " " * (LABEL + 1) + notes]


def _parts(
    heights: NDArray[np.float64], values: NDArray[np.float64], threshold: float | None, axis: ChartAxis
) -> tuple[list[str], list[str], list[str]]:
    """Bars above the threshold, its line, and bars below: whether one passes it is seen exactly."""
    import numpy as np

    if threshold is None:
        return [], [], _bars(heights, HEIGHT)
    (limit,) = axis.place(np.array([threshold]))
    below = round(float(limit) * HEIGHT)
    under = np.clip(heights / limit, 0, 1) if limit > 0 else np.ones_like(heights)
    over = np.clip((heights - limit) / (1 - limit), 0, 1) if limit < 1 else np.zeros_like(heights)
    line = "".join(FULL if value > threshold else LINE for value in values)
    return _bars(np.where(values > threshold, over, 0), HEIGHT - below, least=0), [line], _bars(under, below)


def _bars(heights: NDArray[np.float64], rows: int, least: int = 1) -> list[str]:
    """Bars of heights in [0, 1] in so many rows, the top one first; none is shorter than ``least`` eighths of a row."""
    eighths = [max(least, round(float(height) * rows * 8)) for height in heights]
    return ["".join(PARTS[min(8, max(0, each - 8 * row))] for each in eighths) for row in range(rows - 1, -1, -1)]


def _columns(series: JudgedSeries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One step and one value a column: means where there are more points, repeated ones where there are fewer."""
    import numpy as np

    count = len(series.values)
    if count <= WIDTH:
        times = max(1, WIDTH // count)
        return series.steps.repeat(times), series.values.repeat(times)
    steps = np.array([part[-1] for part in np.array_split(series.steps, WIDTH)])
    return steps, np.array([part.mean() for part in np.array_split(series.values, WIDTH)])


def _label(value: float | None) -> str:
    return ("" if value is None else f"{value:.4g} ").rjust(LABEL)
