"""Runs beside each other: in which settings they differ, how they ended, and what was measured of each.

Values are subtracted only where they were measured by one protocol on one data set; and every run is one draw.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gansearch.curves.origin import origin
from gansearch.metrics import metrics
from gansearch.records import Evaluation, MetricValue, Setting
from gansearch.reporting.material import TrialMaterial
from gansearch.space import SearchSpace

ABSENT: Final = "-"
Run: TypeAlias = "tuple[TrialMaterial, SearchSpace]"


@dataclass(frozen=True)
class SettingRow:
    """A setting in which runs differ."""

    path: str
    values: tuple[Setting, ...]
    """Of each run; ``-`` where one does not have it."""


@dataclass(frozen=True)
class MetricRow:
    """A number that was measured of each run."""

    name: str
    moment: str
    """``objective``, ``last`` or ``best`` of the evaluations at rungs, or ``end``: by the protocol of the end."""
    values: tuple[float | None, ...]
    """None where a run has none."""
    difference: float | None
    """The second run's minus the first's; None for other numbers of runs, or where they do not compare."""


@dataclass(frozen=True)
class OriginRow:
    """Something about where runs come from in which they differ, as ``versions.torch``."""

    name: str
    values: tuple[tuple[Setting, ...], ...]


@dataclass(frozen=True)
class RunComparison:
    """Runs beside each other, in the order in which they were named."""

    runs: tuple[TrialMaterial, ...]
    settings: tuple[SettingRow, ...]
    equal_settings: int
    """Settings that all runs share."""
    metrics: tuple[MetricRow, ...]
    origins: tuple[OriginRow, ...]
    obstacles: tuple[str, ...]
    """Why values do not compare, a sentence each; empty where they do."""
    caveat: str
    """What a difference between runs does not say."""


def compare_runs(runs: Sequence[Run]) -> RunComparison:
    """Compare two runs or more, from any studies."""
    trials = tuple(trial for trial, _ in runs)
    paths = sorted({path for trial in trials for path in trial.settings})
    rows = [SettingRow(path, tuple(trial.settings.get(path, ABSENT) for trial in trials)) for path in paths]
    differing = tuple(row for row in rows if len({repr(value) for value in row.values}) > 1)
    obstacles = _obstacles(trials)
    return RunComparison(
        runs=trials,
        settings=differing,
        equal_settings=len(rows) - len(differing),
        metrics=(*_objectives(runs, not obstacles), *_measured(trials, not obstacles)),
        origins=_origins(trials),
        obstacles=obstacles,
        caveat=_caveat(trials),
    )


def protocol_of(metric: MetricValue, generator: str) -> tuple[object, ...]:
    """All that must be equal for two values of a metric to compare, the data set apart."""
    said = metric.protocol
    return said.extractor, said.extractor_hash, said.samples, said.real_samples, said.real_split, generator


def _obstacles(trials: Sequence[TrialMaterial]) -> tuple[str, ...]:
    found = []
    if len({origin(trial.curve).get("data.checksum") for trial in trials}) > 1:
        found.append("they were trained on different data (checksums differ)")
    protocols = [
        {metric.name: protocol_of(metric, last.generator) for metric in last.metrics}
        for trial in trials
        if (last := _last(trial, is_final=False)) is not None
    ]
    shared = sorted(set.intersection(*map(set, protocols))) if protocols else []
    if any(len({one[name] for one in protocols}) > 1 for name in shared):
        found.append("their metrics were measured by different protocols (extractor, samples, or averaged generator)")
    return tuple(found)


def _objectives(runs: Sequence[Run], is_comparable: bool) -> list[MetricRow]:
    """The values by which the studies judge; subtracted where they are made in one way."""
    objectives = {space.plan.objectives for _, space in runs}
    if len(objectives) > 1:
        return []
    return [
        _row(
            f"{objective.metric} ({objective.value})",
            "objective",
            [None if trial.values is None else trial.values[index] for trial, _ in runs],
            is_comparable,
        )
        for index, objective in enumerate(next(iter(objectives)))
    ]


def _measured(trials: Sequence[TrialMaterial], is_comparable: bool) -> list[MetricRow]:
    names = sorted({metric.name for trial in trials for done in trial.curve.evaluations for metric in done.metrics})
    rows = []
    for name in names:
        moments: dict[str, Callable[[TrialMaterial], float | None]] = {
            "last": lambda trial, name=name: _value(_last(trial, is_final=False), name),  # type: ignore[misc]
            "best": lambda trial, name=name: _best(trial, name),  # type: ignore[misc]
            "end": lambda trial, name=name: _value(_last(trial, is_final=True), name),  # type: ignore[misc]
        }
        rows += [
            _row(name, moment, [value(trial) for trial in trials], is_comparable) for moment, value in moments.items()
        ]
    return [row for row in rows if any(value is not None for value in row.values)]


def _row(name: str, moment: str, values: list[float | None], is_comparable: bool) -> MetricRow:
    difference = None
    if is_comparable and len(values) == 2 and values[0] is not None and values[1] is not None:
        difference = values[1] - values[0]
    return MetricRow(name, moment, tuple(values), difference)


def _last(trial: TrialMaterial, *, is_final: bool) -> Evaluation | None:
    return next((done for done in reversed(trial.curve.evaluations) if done.final is is_final), None)


def _value(evaluation: Evaluation | None, name: str) -> float | None:
    found = () if evaluation is None else evaluation.metrics
    return next((metric.value for metric in found if metric.name == name), None)


def _best(trial: TrialMaterial, name: str) -> float | None:
    """The best finite value at a rung; None of a metric that nobody here knows the direction of."""
    if name not in metrics.names():
        return None
    values = [_value(done, name) for done in trial.curve.evaluations if not done.final]
    finite = [value for value in values if value is not None and math.isfinite(value)]
    return (min if metrics.get(name).direction == "minimize" else max)(finite, default=None)


def _origins(trials: Sequence[TrialMaterial]) -> tuple[OriginRow, ...]:
    found = [origin(trial.curve) for trial in trials]
    rows = [
        OriginRow(name, tuple(one.get(name, ()) for one in found))
        for name in sorted({key for one in found for key in one})
    ]
    return tuple(row for row in rows if len(set(row.values)) > 1)


def _caveat(trials: Sequence[TrialMaterial]) -> str:
    seeds = "one seed for all" if len({trial.seed for trial in trials}) == 1 else "seeds differ"
    return (
        f"one run each (n = 1), {seeds}: how much of a difference is chance cannot be told from it; replicates "
        "can tell (plan.replicates)"
    )
