"""Whole studies beside each other: their spaces, how their runs ended, and the best of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gansearch.curves.origin import origin
from gansearch.records import Setting
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.run_comparison import ABSENT, protocol_of
from gansearch.space import SearchSpace
from gansearch.space.dimension_values import dimension_text


@dataclass(frozen=True)
class SpaceRow:
    """Something in which search spaces differ: what each says, ``-`` where one says nothing."""

    path: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class StudySummary:
    """What one study came to."""

    name: str
    counts: Mapping[str, int]
    """Runs by end."""
    best: TrialMaterial | None
    hours: float
    """Trained and evaluated, all runs together."""
    epochs: float
    """Trained, all runs together."""


@dataclass(frozen=True)
class StudyComparison:
    """Studies beside each other, in the order in which they were named."""

    studies: tuple[StudySummary, ...]
    space: tuple[SpaceRow, ...]
    equal_entries: int
    """Entries of the spaces that all studies share."""
    best_settings: tuple[SpaceRow, ...]
    """Settings in which the best runs differ."""
    differences: tuple[float | None, ...]
    """Per objective, the second study's best value minus the first's; None where they do not compare."""
    objectives: tuple[str, ...]
    obstacles: tuple[str, ...]
    """Why values do not compare; empty where they do."""


def compare_studies(studies: Sequence[StudyMaterial]) -> StudyComparison:
    """Compare two studies or more."""
    obstacles = _obstacles(studies)
    differing, equal = _differing([_entries(study.space) for study in studies])
    best = [study.best for study in studies]
    settings, _ = _differing([{} if one is None else _texts(one.settings) for one in best])
    return StudyComparison(
        studies=tuple(_summary(study) for study in studies),
        space=differing,
        equal_entries=equal,
        best_settings=settings,
        differences=_differences(best, len(studies[0].space.plan.objectives), not obstacles),
        objectives=tuple(f"{each.metric} ({each.value})" for each in studies[0].space.plan.objectives),
        obstacles=obstacles,
    )


def _summary(study: StudyMaterial) -> StudySummary:
    trials = study.trials
    counts = Counter(trial.end_name for trial in trials)
    hours = sum(trial.seconds for trial in trials) / 3600
    return StudySummary(study.name, dict(counts), study.best, hours, sum(trial.epoch for trial in trials))


def _entries(space: SearchSpace) -> dict[str, str]:
    """A space as text by path; its name and what was enqueued apart."""
    found = _texts(space.fixed)
    found |= {parameter.path: dimension_text(parameter.dimension) for parameter in space.parameters}
    plan = {key: value for key, value in vars(space.plan).items() if key != "enqueue"}
    found |= {f"plan.{key}": _text(value) for key, value in plan.items()}
    return found | {f"detectors.{key}": _text(value) for key, value in vars(space.detectors).items()}


def _texts(settings: Mapping[str, Setting]) -> dict[str, str]:
    return {path: _text(value) for path, value in settings.items()}


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(inner)}" for key, inner in value.items()) or ABSENT
    if isinstance(value, tuple):
        return "; ".join(_text(vars(each)) if hasattr(each, "__dict__") else str(each) for each in value)
    return str(value)


def _differing(found: Sequence[Mapping[str, str]]) -> tuple[tuple[SpaceRow, ...], int]:
    """The entries that differ, and how many do not."""
    paths = sorted({path for one in found for path in one})
    rows = [SpaceRow(path, tuple(one.get(path, ABSENT) for one in found)) for path in paths]
    differing = tuple(row for row in rows if len(set(row.values)) > 1)
    return differing, len(rows) - len(differing)


def _obstacles(studies: Sequence[StudyMaterial]) -> tuple[str, ...]:
    found = []
    if len({study.space.plan.objectives for study in studies}) > 1:
        found.append("their objectives differ")
    best = [study.best for study in studies]
    if any(one is None for one in best):
        found.append("not every study has a completed trial")
        return tuple(found)
    runs = [one for one in best if one is not None]
    if len({origin(run.curve).get("data.checksum") for run in runs}) > 1:
        found.append("their data differ (checksums)")
    metric = studies[0].space.plan.objectives[0].metric
    if len({_protocol(run, metric) for run in runs}) > 1:
        found.append("their objective was measured by different protocols (extractor, samples, or averaged generator)")
    return tuple(found)


def _protocol(run: TrialMaterial, metric: str) -> tuple[object, ...] | None:
    """Of the objective's metric at the last rung."""
    for done in reversed(run.curve.evaluations):
        for each in done.metrics:
            if not done.final and each.name == metric:
                return protocol_of(each, done.generator)
    return None


def _differences(best: Sequence[TrialMaterial | None], count: int, is_comparable: bool) -> tuple[float | None, ...]:
    values = [None if one is None else one.values for one in best]
    if not is_comparable or len(values) != 2 or values[0] is None or values[1] is None:
        return (None,) * count
    return tuple(after - before for before, after in zip(values[0], values[1], strict=True))
