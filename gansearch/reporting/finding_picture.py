"""The picture of a finding: its signal up to the stop, the threshold, the window that was looked at, the sentence.

It is drawn with Pillow: a driver draws one whenever a run is stopped, beside everything else that it does, and
matplotlib takes ten times as long and keeps its settings for the whole process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gansearch.records import Finding
from gansearch.reporting.chart_axis import ChartAxis
from gansearch.reporting.judged_series import JudgedSeries
from gansearch.reporting.pictures import Pixels

WIDTH, HEIGHT = 960, 480
OVER: Final = 2
"""Drawn so many times as large and reduced, so that lines are smooth."""
LEFT, RIGHT, BOTTOM = 84, 32, 52
LINE_HEIGHT = 22
TITLE_CHARACTERS = 108
PAPER, INK, SOFT, RULE = (255, 255, 255), (29, 39, 51), (91, 103, 117), (217, 223, 230)
SERIES, LIMIT, WINDOW = (0, 114, 178), (213, 94, 0), (243, 236, 214)
"""Blue and vermillion, which colour-blind readers tell apart; the threshold is dashed as well, and written beside."""
TICKS = 5

Point = tuple[float, float]


def finding_picture(name: str, finding: Finding, series: JudgedSeries) -> Pixels:
    """The picture [480, 960, 3].

    Args:
        name: of the run.
        finding: for which it was stopped.
        series: as ``judged_series`` gives it.
    """
    image = Image.new("RGB", (WIDTH * OVER, HEIGHT * OVER), PAPER)
    draw = ImageDraw.Draw(image)
    title = [
        f"{name}: {finding.kind.replace('_', ' ')} at step {finding.step:,} (epoch {finding.epoch:,})",
        *wrap(finding.sentence, TITLE_CHARACTERS)[:4],
    ]
    for row, line in enumerate(title):
        _write(draw, (16, 12 + row * LINE_HEIGHT), line, INK, size=17 if row == 0 else 15)
    _Plot.of(series, top=12 + LINE_HEIGHT * len(title) + 34).draw(draw, series)
    return np.asarray(image.reduce(OVER), dtype=np.uint8)


@dataclass(frozen=True)
class _Plot:
    """The part of the picture with axes."""

    axis: ChartAxis
    first: float
    last: float
    top: float

    @classmethod
    def of(cls, series: JudgedSeries, top: float) -> _Plot:
        begin = float(series.steps[0])
        if series.since_step is not None:
            begin = min(begin, float(series.since_step))
        last = float(max(series.step, series.steps[-1]))
        return cls(ChartAxis.of(series.values, series.threshold), min(begin, last - 1), last, top)

    def draw(self, draw: ImageDraw.ImageDraw, series: JudgedSeries) -> None:
        """Window, axes, threshold and series, in this order."""
        bottom = HEIGHT - BOTTOM
        if series.since_step is not None:
            left = self._x(max(self.first, float(series.since_step)))
            draw.rectangle(_scaled((left, self.top), (self._x(series.step), bottom)), fill=WINDOW)
        self._axes(draw)
        label = series.label + (", logarithmic" if self.axis.is_log else "")
        _write(draw, (16, self.top - 26), label, SERIES, size=14)
        points = list(zip(map(self._x, series.steps), self._y(series.values), strict=True))
        if len(points) > 1:
            draw.line(_scaled(*points), fill=SERIES, width=2 * OVER, joint="curve")
        if series.is_evaluations or len(points) == 1:
            for x, y in points:
                draw.ellipse(_scaled((x - 4, y - 4), (x + 4, y + 4)), fill=SERIES)
        self._notes(draw, series)

    def _axes(self, draw: ImageDraw.ImageDraw) -> None:
        bottom = HEIGHT - BOTTOM
        for value in ticks(self.axis):
            (y,) = self._y(np.array([value]))
            draw.line(_scaled((LEFT, y), (WIDTH - RIGHT, y)), fill=RULE, width=OVER)
            _write(draw, (LEFT - 8, y), f"{value:.4g}", SOFT, size=13, anchor="rm")
        for step in nice(self.first, self.last):
            x = self._x(step)
            draw.line(_scaled((x, bottom), (x, bottom + 5)), fill=SOFT, width=OVER)
            _write(draw, (x, bottom + 8), f"{step:,.0f}", SOFT, size=13, anchor="ma")
        draw.line(_scaled((LEFT, self.top), (LEFT, bottom), (WIDTH - RIGHT, bottom)), fill=SOFT, width=OVER)
        _write(draw, ((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8), "step", SOFT, size=13, anchor="md")

    def _notes(self, draw: ImageDraw.ImageDraw, series: JudgedSeries) -> None:
        """What the shaded part and the dashed line are."""
        said = []
        if series.since_step is not None:
            said.append(f"shaded: the window, steps {series.since_step + 1:,} to {series.step:,}")
        if series.threshold is None:
            said.append("the threshold is of another number: see the sentence")
        else:
            said.append(f"dashed: the threshold, {series.threshold:.4g}")
            (y,) = self._y(np.array([series.threshold]))
            for x in range(LEFT, WIDTH - RIGHT, 14):
                draw.line(_scaled((x, y), (min(x + 8, WIDTH - RIGHT), y)), fill=LIMIT, width=2 * OVER)
        _write(draw, (WIDTH - RIGHT, self.top - 26), "; ".join(said), LIMIT, size=14, anchor="ra")

    def _x(self, step: float) -> float:
        return LEFT + (step - self.first) / (self.last - self.first) * (WIDTH - RIGHT - LEFT)

    def _y(self, values: NDArray[np.float64]) -> list[float]:
        bottom, inner = HEIGHT - BOTTOM - 4, HEIGHT - BOTTOM - self.top - 8
        return [float(bottom - height * inner) for height in self.axis.place(values)]


def ticks(axis: ChartAxis) -> list[float]:
    """Where an upright axis has numbers: round ones, or powers of ten where two of them lie on a logarithmic axis."""
    if not axis.is_log:
        return nice(axis.low, axis.high)
    powers = np.arange(np.ceil(np.log10(axis.low)), np.floor(np.log10(axis.high)) + 1)
    every = max(1, -(-len(powers) // (TICKS + 1)))
    return [float(10.0**power) for power in powers[::every]] if len(powers) > 1 else [axis.low, axis.high]


def nice(low: float, high: float) -> list[float]:
    """About five round numbers (1, 2 or 5 times a power of ten apart) from ``low`` to ``high``, which is larger."""
    rough = (high - low) / TICKS
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(next(each * power for each in (1, 2, 5, 10) if each * power >= rough * 0.999))
    # A value that only rounding keeps off the axis is on it.
    count = np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1)
    return [float(each * step) + 0.0 for each in count]  # -0 becomes 0


def _write(
    draw: ImageDraw.ImageDraw, at: Point, text: str, colour: tuple[int, int, int], *, size: int, anchor: str = "la"
) -> None:
    draw.text((at[0] * OVER, at[1] * OVER), text, fill=colour, font=_font(size * OVER), anchor=anchor)


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that comes with Pillow, so that a picture is the same on every machine."""
    return ImageFont.load_default(size)


def _scaled(*points: Point) -> Sequence[float]:
    return [part * OVER for point in points for part in point]
