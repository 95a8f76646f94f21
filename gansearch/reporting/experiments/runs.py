"""The runs of a plan of experiments, by arm, with what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from gansearch.curves.corpus import CorpusRun
from gansearch.errors import ReportError
from gansearch.records import End, Setting
from gansearch.reporting.calibration.outcomes import Outcome, final_distance, is_diverged, is_known, outcome
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.space import SearchSpace
from gansearch.space.arms import ARM
from gansearch.space.configuration import resolve
from gansearch.space.experiments_reader import BASELINE

STOPPED = (End.COLLAPSED, End.DIVERGED, End.PRUNED)
"""Ends before the full budget."""


@dataclass(frozen=True)
class ExperimentRun:
    """One run of one arm, at its full budget unless it is censored."""

    key: str
    arm: str
    replicate: int
    """Equal replicates have equal seeds in all arms."""
    settings: Mapping[str, Setting]
    final: Mapping[str, float]
    """Metrics by the protocol of the end; of a run that was stopped early, those of its last evaluation."""
    outcome: Outcome | None
    """None where the definitions say nothing: of other data than ring, grid and pictures of ten classes."""
    kinds: frozenset[str]
    """Of failures that detectors found on the way, whether or not the run came through."""
    is_censored: bool
    """It diverged or was stopped early, so that it has no distance at its full budget."""
    steps: int
    total_steps: int
    samples: bytes | None = field(default=None, repr=False)
    """What a recorded run generated at its last evaluation, as it was stored; None where that was not kept."""


@dataclass(frozen=True)
class Experiments:
    """A study of arms, as far as its runs are there."""

    space: SearchSpace
    runs: tuple[ExperimentRun, ...]
    by_arm: Mapping[str, tuple[ExperimentRun, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Sort the runs by arm, each arm's by replicate."""
        found: dict[str, list[ExperimentRun]] = {arm.name: [] for arm in self.space.arms}
        for run in self.runs:
            found[run.arm].append(run)
        ordered = {arm: tuple(sorted(runs, key=lambda run: run.replicate)) for arm, runs in found.items()}
        object.__setattr__(self, "by_arm", ordered)

    def wanted(self, arm: str) -> int:
        """Runs that the plan has of an arm."""
        return self.space.replicates({ARM: arm})

    @property
    def missing(self) -> Mapping[str, int]:
        """Runs that the plan has and that are not there yet, of each arm that lacks some."""
        lacking = {arm: self.wanted(arm) - len(runs) for arm, runs in self.by_arm.items()}
        return {arm: count for arm, count in lacking.items() if count > 0}


def experiments(space: SearchSpace, runs: Sequence[CorpusRun]) -> Experiments:
    """The recorded runs of a plan; a success is at most twice the median distance of the baseline's runs away.

    Args:
        space: with experiments.
        runs: of them, as recorded.

    Raises:
        ReportError: where the space has no experiments, or a run was recorded with other settings than its arm has.
    """
    _check(space)
    settings = {arm.name: dict(sorted(arm.settings.items())) for arm in space.arms}
    for run in runs:
        _check_settings(run, settings)
    return _judged_by_baseline(space, [_recorded(run) for run in runs])


def experiments_of_study(material: StudyMaterial) -> Experiments:
    """The runs of a study that have ended; of those that were stopped early the last evaluation says what they were.

    Runs that go on, rest or have failed are not among them: the study lacks them still.

    Raises:
        ReportError: where the study's plan has no experiments.
    """
    _check(material.space)
    over = [trial for trial in material.trials if trial.end in (End.COMPLETED, *STOPPED)]
    return _judged_by_baseline(material.space, [_live(trial) for trial in over])


@dataclass(frozen=True)
class _Seen:
    """A run before it is known how far the baseline is."""

    run: ExperimentRun
    classes: int
    end: str

    @property
    def final(self) -> Mapping[str, float]:
        return self.run.final


def _judged_by_baseline(space: SearchSpace, seen: Sequence[_Seen]) -> Experiments:
    own = [final_distance(each) for each in seen if each.run.arm == BASELINE and is_known(each)]
    usual = median(own) if own else float("inf")
    return Experiments(
        space, tuple(replace(each.run, outcome=outcome(each, usual) if is_known(each) else None) for each in seen)
    )


def _check(space: SearchSpace) -> None:
    if not space.arms:
        raise ReportError(f"a study of arms needs plan.experiments, or an ablation; {space.name} has none")


def _check_settings(run: CorpusRun, settings: Mapping[str, Mapping[str, Setting]]) -> None:
    arm = str(run.parameters.get(ARM))
    planned = settings.get(arm)
    if planned is None:
        raise ReportError(f"{run.key} must be of an arm of the space; it was recorded as {arm!r}")
    for path in sorted({*planned, *run.settings}):
        if planned.get(path) != run.settings.get(path):
            raise ReportError(
                f"{run.key} must have the settings of {arm!r}: {path} = {planned.get(path)!r}; it was recorded with "
                f"{run.settings.get(path)!r}"
            )


def _recorded(run: CorpusRun) -> _Seen:
    found = ExperimentRun(
        key=run.key,
        arm=str(run.parameters[ARM]),
        replicate=run.replicate or 0,
        settings=run.settings,
        final=run.final,
        outcome=None,
        kinds=frozenset(finding.kind for finding in run.findings),
        is_censored=is_diverged(run),
        steps=run.steps,
        total_steps=run.total_steps,
        samples=run.samples,
    )
    return _Seen(found, run.classes, run.end)


def _live(trial: TrialMaterial) -> _Seen:
    last = trial.last_evaluation
    final = {} if last is None else {metric.name: metric.value for metric in last.metrics}
    found = ExperimentRun(
        key=str(trial.identity),
        arm=str(trial.parameters[ARM]),
        replicate=trial.identity.replicate or 0,
        settings=trial.settings,
        final=final,
        outcome=None,
        kinds=frozenset(finding.kind for finding in trial.curve.findings),
        is_censored=trial.end in STOPPED,
        steps=trial.step,
        total_steps=round(trial.planned_epochs * trial.steps_per_epoch),
    )
    classes = resolve(trial.settings).dataset.geometry.classes
    return _Seen(found, classes, str(trial.end))
