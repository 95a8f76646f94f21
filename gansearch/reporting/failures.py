"""Which runs failed, how and when, and where in the search space they are more often than elsewhere.

A run failed where a detector ended it, an error did, or a detector would have ended it and it was spared (in shadow
mode or for an audit). Pruned runs did not fail as far as they were trained. Runs that go on or rest are not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from gansearch.dimensions import Choice
from gansearch.records import End, Setting
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.statistics import Estimate, holm, levels_differ, share
from gansearch.reporting.wording import setting
from gansearch.space.arms import ARM
from gansearch.space.parameters import SearchParameter

FEW_VALUES = 4
"""A numeric dimension of at most so many different values is looked at value by value, others by thirds."""


@dataclass(frozen=True)
class FailureKind:
    """The runs that failed in one way."""

    kind: str
    """Of the finding, as ``mode_collapse``; or how the run ended, as ``out_of_memory``."""
    share: Estimate
    """Of all runs that are over."""
    ended: int
    """Runs that it ended; the others went on."""
    median_step: float
    """Generator updates until then."""
    median_epoch: float

    @property
    def count(self) -> int:
        """Runs."""
        return round(self.share.value * self.share.n)


@dataclass(frozen=True)
class LevelFailures:
    """The failures at one value, or third, of a dimension."""

    label: str
    share: Estimate
    """Of the runs there, with Wilson's interval."""
    kinds: Mapping[str, int]

    @property
    def count(self) -> int:
        """Runs that failed."""
        return round(self.share.value * self.share.n)


@dataclass(frozen=True)
class Concentration:
    """How failures spread over one dimension."""

    path: str
    n: int
    """Configurations that were compared; of arms, runs."""
    levels: tuple[LevelFailures, ...]
    p: float | None = None
    """Of a permutation test against "runs fail equally often at all levels"; None where there was none to make."""
    p_holm: float | None = None
    """Corrected for the number of dimensions (Holm)."""


@dataclass(frozen=True)
class Failures:
    """What failed in a study."""

    runs: int
    """Runs that are over."""
    failed: int
    kinds: tuple[FailureKind, ...] = ()
    """The most frequent first."""
    concentrations: tuple[Concentration, ...] = ()
    """Per searched dimension; none where no run failed, or every one did."""


def failures(material: StudyMaterial) -> Failures:
    """What failed, and where."""
    over = [trial for trial in material.trials if trial.end is not None and trial.end.is_final]
    failed = [trial for trial in over if failure_kind(trial) is not None]
    counts = Counter(kind for trial in over if (kind := failure_kind(trial)) is not None)
    kinds = tuple(_kind(kind, failed, len(over)) for kind, _ in sorted(counts.items(), key=lambda each: -each[1]))
    if len(failed) in (0, len(over)):
        return Failures(len(over), len(failed), kinds)
    found = [_concentration(parameter, over) for parameter in material.space.parameters]
    corrected = holm([each.p for each in found])
    concentrations = tuple(replace(each, p_holm=p) for each, p in zip(found, corrected, strict=True))
    return Failures(len(over), len(failed), kinds, concentrations)


def failure_kind(trial: TrialMaterial) -> str | None:
    """How a run failed, or None where it did not."""
    if trial.end in (End.COLLAPSED, End.DIVERGED):
        return trial.kind or str(trial.end)
    if trial.end in (End.FAILED, End.OUT_OF_MEMORY):
        return str(trial.end)
    return None if trial.curve.spared_for is None else trial.curve.spared_for.kind


def _kind(kind: str, failed: Sequence[TrialMaterial], runs: int) -> FailureKind:
    own = [trial for trial in failed if failure_kind(trial) == kind]
    steps = {trial.identity: _step(trial) for trial in own}
    return FailureKind(
        kind,
        share(len(own), runs),
        ended=sum(_is_ended(trial) for trial in own),
        median_step=median(steps.values()),
        median_epoch=median(steps[trial.identity] / trial.steps_per_epoch for trial in own),
    )


def _is_ended(trial: TrialMaterial) -> bool:
    return trial.end in (End.COLLAPSED, End.DIVERGED, End.FAILED, End.OUT_OF_MEMORY)


def _step(trial: TrialMaterial) -> int:
    spared = trial.curve.spared_for
    return trial.step if spared is None or _is_ended(trial) else spared.step


def _concentration(parameter: SearchParameter, over: Sequence[TrialMaterial]) -> Concentration:
    asked = [trial for trial in over if parameter.path in trial.parameters]
    levels = _levels(parameter, asked)
    groups = [np.array(_failing_shares(runs, of_runs=parameter.path == ARM)) for runs in levels.values()]
    found = tuple(_level(label, runs) for label, runs in levels.items())
    return Concentration(parameter.path, sum(map(len, groups)), found, levels_differ(groups))


def _failing_shares(runs: Sequence[TrialMaterial], *, of_runs: bool) -> list[float]:
    """1 for a run that failed, else 0; replicates of a configuration, which share their fate, as one number."""
    by_unit: dict[object, list[bool]] = {}
    for trial in runs:
        unit = trial.identity if of_runs else trial.identity.number
        by_unit.setdefault(unit, []).append(failure_kind(trial) is not None)
    return [float(np.mean(each)) for each in by_unit.values()]


def _level(label: str, runs: Sequence[TrialMaterial]) -> LevelFailures:
    kinds = Counter(kind for trial in runs if (kind := failure_kind(trial)) is not None)
    return LevelFailures(label, share(sum(kinds.values()), len(runs)), dict(kinds))


def _levels(parameter: SearchParameter, runs: Sequence[TrialMaterial]) -> dict[str, list[TrialMaterial]]:
    """The runs by value of a choice or of few numbers, else by thirds of the configurations."""
    values = [trial.parameters[parameter.path] for trial in runs]
    if isinstance(parameter.dimension, Choice):
        ordered: Sequence[Setting] = parameter.dimension.choices
    else:
        numbers = np.array([float(str(value)) for value in values])
        if len(set(values)) > FEW_VALUES:
            return _thirds(numbers, runs)
        ordered = sorted(set(values), key=lambda value: float(str(value)))
    found = {setting(each): [trial for trial in runs if _is(trial, parameter.path, each)] for each in ordered}
    return {label: own for label, own in found.items() if own}


def _is(trial: TrialMaterial, path: str, value: Setting) -> bool:
    own = trial.parameters[path]
    return own == value and isinstance(own, bool) == isinstance(value, bool)


def _thirds(numbers: np.ndarray, runs: Sequence[TrialMaterial]) -> dict[str, list[TrialMaterial]]:
    third = np.searchsorted(np.quantile(numbers, [1 / 3, 2 / 3]), numbers, side="left")
    found = {}
    for each in range(3):
        own = numbers[third == each]
        if len(own):
            label = f"{_bound(own.min())} to {_bound(own.max())}"
            found[label] = [run for run, place in zip(runs, third, strict=True) if place == each]
    return found


def _bound(value: float) -> str:
    return f"{value:.3g}"
