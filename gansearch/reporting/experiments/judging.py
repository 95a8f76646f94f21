"""Hypotheses against a study's runs: each test with its effect, corrected over its family, and the verdict on each.

The comparisons of a file are one family for each measure: Holm's correction keeps the chance of any false claim among
them at 5 %. So are its models of one outcome, and its interactions on one measure (``family.py``). Hypotheses were
written before the runs, so every run counts, and no seeds are set apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gansearch.reporting.effects.comparison import compare
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.power import ALPHA
from gansearch.reporting.effects.rates import compare_rates
from gansearch.reporting.effects.stages import AnyEffect
from gansearch.reporting.effects.verdicts import OF_A_SHARE, Verdict, judge, margin_p
from gansearch.reporting.experiments.family import arms_of, corrected, missing_runs
from gansearch.reporting.experiments.hypotheses import Comparison, Hypothesis, Rule
from gansearch.reporting.experiments.judged_interactions import JudgedInteraction, judged_interactions, selections
from gansearch.reporting.experiments.judged_models import JudgedModel, judged_models
from gansearch.reporting.experiments.measures import reading
from gansearch.reporting.experiments.runs import Experiments
from gansearch.reporting.experiments.samples import Selection, sample


@dataclass(frozen=True)
class JudgedComparison:
    """One comparison with what was found."""

    comparison: Comparison
    effect: AnyEffect
    p_adjusted: float | None
    """After Holm's correction over the comparisons of its measure; None where there was no test."""
    verdict: Verdict
    missing: int
    """Runs that the plan has of its arms, and that are not there yet."""


@dataclass(frozen=True)
class JudgedHypothesis:
    """A hypothesis with its verdict."""

    hypothesis: Hypothesis
    comparisons: tuple[JudgedComparison, ...]
    verdict: Verdict
    missing: int
    """Runs that the plan has of all its arms, and that are not there yet."""
    models: tuple[JudgedModel, ...] = ()
    interactions: tuple[JudgedInteraction, ...] = ()

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Of all tests."""
        return _verdicts(self.comparisons, self.models, self.interactions)


def judged(
    hypotheses: Sequence[Hypothesis],
    experiments: Experiments,
    floors: Mapping[str, float],
    precision: Precision | None = None,
) -> tuple[JudgedHypothesis, ...]:
    """The verdict on each hypothesis.

    Args:
        hypotheses: about arms of the study.
        experiments: the study.
        floors: by metric, the least difference that its noise allows to tell.
        precision: of the tests; None for what is published.

    Raises:
        ReportError: where a hypothesis names an arm or a measure that there is not, or a claim does not fit a measure.
    """
    asked = [comparison for hypothesis in hypotheses for comparison in hypothesis.comparisons]
    sizes = {
        name: sum(each.measure == name and each.claim not in OF_A_SHARE for each in asked) for name in _names(asked)
    }
    whole = precision or Precision()
    effects = [_effect(each, experiments, floors, ALPHA / max(1, sizes[each.measure]), whole) for each in asked]
    found = iter(_judged_comparisons(asked, effects, experiments))
    models = iter(judged_models([each for one in hypotheses for each in one.models], experiments, whole))
    others = [each for one in hypotheses for each in one.interactions]
    interactions = iter(judged_interactions(others, experiments, floors, whole))
    return tuple(
        _judged(
            hypothesis,
            tuple(next(found) for _ in hypothesis.comparisons),
            tuple(next(models) for _ in hypothesis.models),
            tuple(next(interactions) for _ in hypothesis.interactions),
            experiments,
        )
        for hypothesis in hypotheses
    )


class _WithVerdict(Protocol):
    @property
    def verdict(self) -> Verdict: ...


def _verdicts(*found: Sequence[_WithVerdict]) -> tuple[Verdict, ...]:
    return tuple(each.verdict for kind in found for each in kind)


def _judged(
    hypothesis: Hypothesis,
    comparisons: tuple[JudgedComparison, ...],
    models: tuple[JudgedModel, ...],
    interactions: tuple[JudgedInteraction, ...],
    experiments: Experiments,
) -> JudgedHypothesis:
    verdict = combined(_verdicts(comparisons, models, interactions), hypothesis.rule)
    parts = _selections(hypothesis.comparisons)
    parts += [part for each in hypothesis.models for part in each.arms]
    parts += [part for each in hypothesis.interactions for part in selections(each)]
    missing = missing_runs(arms_of(parts, experiments), experiments)
    return JudgedHypothesis(hypothesis, comparisons, verdict, missing, models, interactions)


def combined(verdicts: Sequence[Verdict], rule: Rule) -> Verdict:
    """The verdict on a hypothesis from those on its comparisons.

    ``all`` is contradicted by one, ``any`` is supported by one; equivalent where each is equivalent, and none the
    other way; else, where not every one is decided, undecided.
    """
    settles = Verdict.CONTRADICTED if rule == "all" else Verdict.SUPPORTED
    needs = Verdict.SUPPORTED if rule == "all" else Verdict.CONTRADICTED
    kinds = set(verdicts)
    if settles in kinds:
        return settles
    if kinds == {needs}:
        return needs
    return Verdict.EQUIVALENT if kinds == {Verdict.EQUIVALENT} else Verdict.UNDECIDED


def _names(asked: Sequence[Comparison]) -> list[str]:
    return list(dict.fromkeys(each.measure for each in asked))


def _effect(
    comparison: Comparison,
    experiments: Experiments,
    floors: Mapping[str, float],
    alpha: float,
    precision: Precision,
) -> AnyEffect:
    read = reading(comparison.measure, floors)
    arm, against = (sample(each, read, experiments) for each in (comparison.arm, comparison.against))
    if read.measure.scale is Scale.RATE:
        return compare_rates(against, arm, read.measure, alpha)
    return compare(read.measure, against, arm, precision, alpha)


def _judged_comparisons(
    asked: Sequence[Comparison], effects: Sequence[AnyEffect], experiments: Experiments
) -> list[JudgedComparison]:
    adjusted: dict[int, float | None] = {}
    margins: dict[int, float | None] = {}
    for name in _names(asked):
        tested = [i for i, each in enumerate(asked) if each.measure == name and each.claim not in OF_A_SHARE]
        adjusted |= corrected({i: effects[i].p for i in tested})
        margins |= corrected({i: margin_p(effects[i], asked[i].claim) for i in tested})
    return [
        JudgedComparison(
            each,
            effect,
            adjusted.get(i),
            judge(effect, each.claim, adjusted.get(i), margins.get(i)),
            missing_runs(arms_of(_selections([each]), experiments), experiments),
        )
        for i, (each, effect) in enumerate(zip(asked, effects, strict=True))
    ]


def _selections(comparisons: Sequence[Comparison]) -> list[Selection]:
    """The arms that count; of a claim about a share alone the other side says nothing."""
    parts = [each.arm for each in comparisons]
    return parts + [each.against for each in comparisons if each.claim not in OF_A_SHARE]
