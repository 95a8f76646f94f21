"""Which points each design of an ablation has, and what each is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gansearch.records import Setting
from gansearch.space.ablation import Contrast, Factor
from gansearch.space.ablation_fraction import fraction
from gansearch.space.ablation_names import level_name, point_name
from gansearch.space.ablation_points import Points
from gansearch.space.experiments_reader import BASELINE


@dataclass(frozen=True)
class WantedPoint:
    """One arm before its configuration is known."""

    name: str
    levels: Mapping[str, Setting]
    """One for every searched path, also where it is not asked for."""
    contrast: Contrast | None = None
    """What it shows, with the names of points; None of one that others are compared with alone, and in a factorial."""


def baseline_levels(factors: Sequence[Factor], points: Points) -> dict[str, Setting]:
    """The baseline; what has one value alone has it."""
    single = {path: levels[0] for path, levels in points.levels.items()}
    return single | {each.path: each.baseline for each in factors}


def one_factor(factors: Sequence[Factor], points: Points) -> Iterator[WantedPoint]:
    """Every other level of each factor; of one that the baseline lacks, around the nearest point that asks for it."""
    baseline = baseline_levels(factors, points)
    for factor in factors:
        around = points.reached(factor.path, baseline)
        if around is None:
            continue
        reference = point_name(factors, around)
        if reference != BASELINE:
            yield WantedPoint(reference, around)
        for level in factor.others:
            yield _changed(factor, level, around, reference)


def leave_one_out(factors: Sequence[Factor], points: Points) -> Iterator[WantedPoint]:
    """Each factor at its other level, the rest as in the baseline."""
    baseline = baseline_levels(factors, points)
    for factor in factors:
        for level in factor.others:
            yield _changed(factor, level, baseline, BASELINE)


def factorial(factors: Sequence[Factor], points: Points, resolution: int) -> list[WantedPoint] | None:
    """The runs of the smallest design of at least the resolution, without the baseline; None where there is none."""
    baseline = baseline_levels(factors, points)
    runs = fraction(len(factors), resolution)
    if runs is None:
        return None
    found = [
        baseline | {each.path: each.others[0] for each, is_changed in zip(factors, run, strict=True) if is_changed}
        for run in runs[1:]
    ]
    return [WantedPoint(point_name(factors, levels), levels) for levels in found]


def _changed(factor: Factor, level: Setting, around: Mapping[str, Setting], reference: str) -> WantedPoint:
    name = level_name(factor.path, level)
    return WantedPoint(name, {**around, factor.path: level}, Contrast(name, factor.path, level, reference))
