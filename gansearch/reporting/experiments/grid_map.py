"""Experiments that cross two settings, as a map of median distances. PNG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from matplotlib.colors import LogNorm, Normalize
from numpy.typing import NDArray

from gansearch.records import Setting
from gansearch.reporting import figures
from gansearch.reporting.experiments.hypotheses import PRIMARY
from gansearch.reporting.experiments.runs import ExperimentRun, Experiments
from gansearch.reporting.wording import number, setting
from gansearch.space.arms import Arm

FEWEST_LEVELS: Final = 3
"""Of each setting, below which a map shows no more than a list."""
LEAST_RANGE: Final = 2.0
"""Of the colours, from the lightest to the darkest."""
CELL_INCHES: Final = (1.25, 0.62)


@dataclass(frozen=True)
class CrossedArms:
    """The arms of an experiment that has every pair of two settings' values."""

    rows: str
    """The setting whose values are the rows."""
    columns: str
    row_values: tuple[Setting, ...]
    column_values: tuple[Setting, ...]
    arms: Mapping[tuple[Setting, Setting], str]
    """By (row's value, column's value)."""


def crossed(arms: Sequence[Arm]) -> CrossedArms | None:
    """How ``arms`` cross two settings; None where they do not, or one has fewer than three values."""
    paths = sorted({path for arm in arms for path in arm.settings})
    varied = [path for path in paths if len({_key(arm.settings.get(path)) for arm in arms}) > 1]
    if len(varied) != 2:
        return None
    # The discriminator's setting across, the generator's down: as (generator, discriminator) is read.
    columns, rows = sorted(varied, key=lambda path: ("discriminator" not in path, path))
    found = {(arm.settings.get(rows), arm.settings.get(columns)): arm.name for arm in arms}
    row_values, column_values = (tuple(sorted({pair[side] for pair in found}, key=_order)) for side in (0, 1))
    is_whole = len(found) == len(arms) == len(row_values) * len(column_values)
    if not is_whole or min(len(row_values), len(column_values)) < FEWEST_LEVELS:
        return None
    return CrossedArms(rows, columns, row_values, column_values, found)


def grid_map(found: CrossedArms, experiments: Experiments) -> bytes | None:
    """The median distance of each cell with its number of runs; None where no cell has a run.

    Where most runs of a cell diverged, it says so and has no median.
    """
    medians = np.full((len(found.row_values), len(found.column_values)), np.nan)
    texts: list[tuple[int, int, str]] = []
    for row, one in enumerate(found.row_values):
        for column, other in enumerate(found.column_values):
            runs = experiments.by_arm[found.arms[one, other]]
            middle = _median(runs)
            medians[row, column] = middle if math.isfinite(middle) else math.nan
            texts.append((row, column, _said(middle, len(runs))))
    if np.isnan(medians).all():
        return None
    across, down = CELL_INCHES
    size = (2.2 + across * len(found.column_values), 1.3 + down * len(found.row_values))
    with figures.figure_of(*size) as (figure, (axes,)):
        axes.set_facecolor("#f4f6f8")
        scale = _scale(medians)
        axes.imshow(medians, cmap="cividis_r", norm=scale, aspect="auto")
        for row, column, text in texts:
            level = medians[row, column]
            is_dark = bool(np.isfinite(level)) and float(scale(level)) > 0.5
            axes.text(
                column, row, text, ha="center", va="center", fontsize=8, color="white" if is_dark else figures.INK
            )
        axes.set_xticks(range(len(found.column_values)), [setting(value) for value in found.column_values])
        axes.set_yticks(range(len(found.row_values)), [setting(value) for value in found.row_values])
        axes.set_xlabel(found.columns)
        axes.set_ylabel(found.rows)
        axes.grid(visible=False)
        axes.tick_params(length=0)
        return figures.to_png(figure, 128)


def _scale(medians: NDArray[np.float64]) -> Normalize:
    """Distances on a logarithmic scale that is wide enough for close values to look close."""
    low, high = float(np.nanmin(medians)), float(np.nanmax(medians))
    return LogNorm(low, max(high, LEAST_RANGE * low)) if low > 0 else Normalize(low, max(high, low + 1))


def _median(runs: Sequence[ExperimentRun]) -> float:
    """Of the distances, those of runs that diverged as infinite; NaN without any."""
    known = [run for run in runs if run.is_censored or PRIMARY in run.final]
    return median(math.inf if run.is_censored else run.final[PRIMARY] for run in known) if known else math.nan


def _said(middle: float, runs: int) -> str:
    if not runs:
        return "no runs"
    what = "diverged" if math.isinf(middle) else "-" if math.isnan(middle) else number(middle)
    return f"{what}\nn = {runs}"


def _key(value: Setting | None) -> tuple[str, str]:
    return type(value).__name__, str(value)


def _order(value: Setting | None) -> tuple[bool, float, str]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return not is_number, float(value) if isinstance(value, int | float) else 0.0, str(value)
