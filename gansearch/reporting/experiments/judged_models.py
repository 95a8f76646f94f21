"""Models of hypotheses against a study's runs: the effect of the tested term, corrected, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gansearch.errors import ReportError
from gansearch.reporting.effects.logistic import ArmOutcome, LogisticEffect, fit_outcome
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.shares import share_of
from gansearch.reporting.effects.verdicts import Verdict
from gansearch.reporting.experiments.family import arms_of, family_level, judged_family, missing_runs
from gansearch.reporting.experiments.measures import Reading, reading
from gansearch.reporting.experiments.models import Model
from gansearch.reporting.experiments.runs import Experiments


@dataclass(frozen=True)
class JudgedModel:
    """One model with what was found."""

    model: Model
    effect: LogisticEffect
    p_adjusted: float | None
    """After Holm's correction over the models of its outcome; None where there was no test."""
    verdict: Verdict
    missing: int
    """Runs that the plan has of its arms, and that are not there yet."""


def judged_models(models: Sequence[Model], experiments: Experiments, precision: Precision) -> list[JudgedModel]:
    """The verdict on each model.

    Raises:
        ReportError: where a model names an arm that there is not, an outcome that is no rate, or terms that its arms
            do not tell apart.
    """
    names = [model.outcome for model in models]
    effects = [_effect(each, experiments, precision, family_level(each.outcome, names)) for each in models]
    found = judged_family(names, [each.claim for each in models], effects, [each.p for each in effects])
    return [
        JudgedModel(model, effect, p, verdict, missing_runs(arms_of(model.arms, experiments), experiments))
        for model, effect, (p, verdict) in zip(models, effects, found, strict=True)
    ]


def _effect(model: Model, experiments: Experiments, precision: Precision, alpha: float) -> LogisticEffect:
    read = reading(model.outcome, {})
    if read.happened is None:
        raise ReportError(
            f"the outcome of a model must be one of success, total_collapse, partial_collapse, failure, finding.KIND; "
            f"got the metric {model.outcome!r}"
        )
    arms = [_outcome(arm, model, read, experiments) for arm in arms_of(model.arms, experiments)]
    terms = tuple(map(str, model.terms))
    return fit_outcome(read.measure, terms, model.tested, arms, precision=precision, alpha=alpha)


def _outcome(arm: str, model: Model, read: Reading, experiments: Experiments) -> ArmOutcome:
    assert read.happened is not None
    (settings,) = (each.settings for each in experiments.space.arms if each.name == arm)
    outcomes = [read.happened(run) for run in experiments.by_arm[arm]]
    return ArmOutcome(share_of(arm, outcomes), tuple(term.value(settings, arm) for term in model.terms))
