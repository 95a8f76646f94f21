"""A confirmation in numbers: what the search said of each configuration, and what fresh seeds say.

The best of many values is too good by chance; what fresh seeds give instead is the honest value, and the distance
between the two is the winner's curse. Source: Cawley and Talbot 2010, "On Over-fitting in Model Selection".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gansearch.metrics import metrics
from gansearch.records import End
from gansearch.reporting import statistics
from gansearch.reporting.effects.measure import MARGIN, Measure, Scale
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.sample import ArmRun, ArmSample
from gansearch.reporting.effects.stages import Judged, Question, confirm
from gansearch.reporting.effects.verdicts import Claim
from gansearch.reporting.experiments.measures import reading
from gansearch.reporting.experiments.runs import STOPPED
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.noise_floor import least_difference, objective_floors
from gansearch.reporting.statistics import Estimate
from gansearch.space.arms import ARM
from gansearch.space.plan import Objective
from gansearch.study.confirms import ConfirmedArm, Confirms


@dataclass(frozen=True)
class FreshRuns:
    """What an arm came to on fresh seeds."""

    median: Estimate
    """Over runs that trained to their end and those that were stopped, which are worse than any. Where there is one of
    these: without an interval, of an even number the worse of the two in the middle, and infinite where it is one."""
    stopped: int
    """Runs that diverged or were stopped."""
    missing: int
    """Runs of the plan that are not over yet, or have failed."""


@dataclass(frozen=True)
class ConfirmedConfiguration:
    """One configuration that a search chose."""

    arm: ConfirmedArm
    """As the search saw it."""
    fresh: FreshRuns
    judged: Judged
    """Whether it is better than the baseline, corrected over all that are confirmed."""
    shrinkage: float | None
    """The fresh median against the search's value: a share of that on the ratio scale, else in the metric's unit;
    None without a finite median."""


@dataclass(frozen=True)
class Confirmed:
    """A confirmation, as far as its runs are there."""

    study: str
    """Its name."""
    confirms: Confirms
    objective: Objective
    measure: Measure
    baseline: FreshRuns
    configurations: tuple[ConfirmedConfiguration, ...]
    """The search's best first."""

    @property
    def missing(self) -> int:
        """Runs of the plan that are not over yet, or have failed."""
        return self.baseline.missing + sum(each.fresh.missing for each in self.configurations)


def confirmed(material: StudyMaterial, confirms: Confirms, precision: Precision | None = None) -> Confirmed:
    """What a confirmation says.

    Args:
        material: of the confirmation.
        confirms: what it confirms.
        precision: of the tests; None for what is published.
    """
    objective, base = material.space.plan.objectives[0], material.space.arms[0].name
    samples = {arm.name: _sample(material, arm.name) for arm in material.space.arms}
    values = [run.value for sample in samples.values() for run in sample.runs if run.value is not None]
    measure = _measure(material, objective, values)
    arms = [arm for arm in confirms.arms if arm.arm in samples]
    found = confirm(
        measure,
        samples[base],
        [Question(samples[arm.arm], Claim.BETTER) for arm in arms],
        precision=precision or Precision(),
    )
    fresh = {name: _fresh(sample, objective, material) for name, sample in samples.items()}
    configurations = tuple(
        ConfirmedConfiguration(arm, fresh[arm.arm], judged, _shrinkage(arm, fresh[arm.arm], measure))
        for arm, judged in zip(arms, found.judged, strict=True)
    )
    return Confirmed(material.name, confirms, objective, measure, fresh[base], configurations)


def _sample(material: StudyMaterial, arm: str) -> ArmSample:
    """The runs of an arm that are over; one that failed says nothing, and one that goes on nothing yet."""
    runs = [trial for trial in material.trials if trial.parameters.get(ARM) == arm]
    return ArmSample(arm, tuple(_run(trial) for trial in runs if trial.end in (End.COMPLETED, *STOPPED)))


def _run(trial: TrialMaterial) -> ArmRun:
    is_censored = trial.end in STOPPED
    value = None if is_censored or trial.values is None else trial.values[0]
    return ArmRun(str(trial.identity), trial.identity.replicate or 0, value, None, is_censored)


def _measure(material: StudyMaterial, objective: Objective, values: Sequence[float]) -> Measure:
    """The objective as effects on it are judged; a script's own metric counts by its share where it is above 0."""
    floors = {name: least_difference(floor) for name, floor in objective_floors(material).items()}
    if objective.metric in metrics.names():
        measure = reading(objective.metric, floors).measure
    else:
        measure = Measure(objective.metric, Scale.RATIO)
    measure = replace(measure, lower_is_better=objective.direction == "minimize")
    if measure.scale is Scale.RATIO and any(value <= 0 for value in values):
        size = float(np.median(np.abs(values)))
        return replace(measure, scale=Scale.DIFFERENCE, margin=MARGIN * size if size > 0 else MARGIN)
    return measure


def _fresh(sample: ArmSample, objective: Objective, material: StudyMaterial) -> FreshRuns:
    done = [run.value for run in sample.runs if run.value is not None]
    stopped = sum(run.is_censored for run in sample.runs)
    median = statistics.median(np.array(done, dtype=np.float64))
    if stopped:
        ranked = sorted(done, reverse=objective.direction == "maximize") + [math.inf] * stopped
        median = Estimate(ranked[len(ranked) // 2], len(ranked), None)
    missing = material.space.replicates({ARM: sample.name}) - len(done) - stopped
    return FreshRuns(median, stopped, max(0, missing))


def _shrinkage(arm: ConfirmedArm, fresh: FreshRuns, measure: Measure) -> float | None:
    if not math.isfinite(fresh.median.value):
        return None
    if measure.scale is Scale.RATIO:
        return fresh.median.value / arm.value - 1 if arm.value > 0 else None
    return fresh.median.value - arm.value
