"""Everything that a report says in numbers, computed once and kept apart from the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from gansearch.records import End
from gansearch.reporting.associations import Association, associate
from gansearch.reporting.cost_front import CostFront, cost_front
from gansearch.reporting.failures import Failures, failures
from gansearch.reporting.frames import StudyFrames
from gansearch.reporting.importances import study_importances
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.statistics import Estimate, share
from gansearch.study.importance import Importances


@dataclass(frozen=True)
class EndShare:
    """How many runs ended in one way."""

    end: str
    share: Estimate
    """Of the runs that are over or rest; running ones are not counted."""


@dataclass(frozen=True)
class Compute:
    """What the study has cost, and what stopping early has saved."""

    runs: int
    epochs: float
    """Trained."""
    full_epochs: float
    """That the same runs would have trained, each to its end."""
    seconds: float
    evaluation_seconds: float
    """Within ``seconds``; without evaluations by the protocol of the end."""
    final_seconds: float
    """Evaluations by the protocol of the end."""
    stopped: int
    """Runs that a pruner or a detector ended early."""
    saved_epochs: float
    """That they did not train."""
    saved_seconds: float
    """Those epochs at each run's own seconds per epoch."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """The numbers of one study."""

    ends: tuple[EndShare, ...]
    compute: Compute
    associations: Mapping[str, Sequence[Association]]
    """Per objective's metric, an association per searched dimension."""
    importances: Mapping[str, tuple[Importances, ...]]
    """Per objective's metric, what each evaluator says; nothing below 50 completed configurations."""
    failures: Failures
    front: CostFront


def analyse(material: StudyMaterial, frames: StudyFrames) -> Analysis:
    """Compute them all."""
    associations = {
        objective.metric: associate(frames.trials, material.space.parameters, objective)
        for objective in material.space.plan.objectives
    }
    return Analysis(
        end_shares(material.trials),
        compute(material),
        associations,
        study_importances(material),
        failures(material),
        cost_front(material),
    )


def end_shares(trials: Sequence[TrialMaterial]) -> tuple[EndShare, ...]:
    """The share of every way in which a run ended, the most frequent first."""
    ended = [trial.end_name for trial in trials if trial.end is not None]
    counts = {end: ended.count(end) for end in map(str, End) if end in ended}
    ordered = sorted(counts, key=lambda end: -counts[end])
    return tuple(EndShare(end, share(counts[end], len(ended))) for end in ordered)


def compute(material: StudyMaterial) -> Compute:
    """What was spent and saved.

    A stopped run's own seconds per epoch count what its missing epochs would have cost; one that was stopped before
    its first epoch was over takes the median of the others.
    """
    trials = material.trials
    rates = [rate for trial in trials if (rate := _seconds_per_epoch(trial)) is not None]
    typical = median(rates) if rates else 0.0
    stopped = material.stopped
    missing = [max(0.0, trial.planned_epochs - trial.epoch) for trial in stopped]
    own = [typical if (rate := _seconds_per_epoch(trial)) is None else rate for trial in stopped]
    return Compute(
        runs=len(trials),
        epochs=sum(trial.epoch for trial in trials),
        full_epochs=sum(float(trial.planned_epochs) for trial in trials),
        seconds=sum(trial.seconds for trial in trials),
        evaluation_seconds=sum(trial.evaluation_seconds for trial in trials),
        final_seconds=sum(done.cost_s for trial in trials for done in trial.curve.evaluations if done.final),
        stopped=len(stopped),
        saved_epochs=sum(missing),
        saved_seconds=sum(epochs * seconds for epochs, seconds in zip(missing, own, strict=True)),
    )


def _seconds_per_epoch(trial: TrialMaterial) -> float | None:
    return trial.seconds / trial.epoch if trial.epoch >= 1 and trial.seconds > 0 else None
