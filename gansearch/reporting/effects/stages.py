"""Two stages: all arms are screened, and the contenders are confirmed on seeds that the screening has not seen.

What a screening finds is exploratory: the best of many estimates is too good. A confirmation asks few questions, of
fresh runs, and Holm (1979) keeps the chance of any false claim among them at 5 %. A contender whose runs are not there
yet keeps its place in the family with p = 1, so that a verdict once given is not lost when they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gansearch.reporting.effects.comparison import DEFAULT, Effect, compare
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.power import ALPHA
from gansearch.reporting.effects.rates import RateEffect, compare_rates
from gansearch.reporting.effects.sample import ArmSample
from gansearch.reporting.effects.verdicts import OF_A_SHARE, Claim, Verdict, judge, margin_p
from gansearch.reporting.statistics import holm

SCREENING_LEVEL: Final = 0.1
"""Of p, uncorrected, up to which an arm is worth fresh seeds."""

AnyEffect: TypeAlias = Effect | RateEffect


@dataclass(frozen=True)
class Question:
    """What is claimed of an arm."""

    arm: ArmSample
    claim: Claim = Claim.DIFFERENT


@dataclass(frozen=True)
class Screened:
    """An arm after the first stage: exploratory."""

    effect: AnyEffect
    claim: Claim
    is_contender: bool


@dataclass(frozen=True)
class Screening:
    """The first stage."""

    arms: tuple[Screened, ...]
    """In the order of the questions."""
    replicates: frozenset[int]
    """Whose seeds were seen, in any arm."""

    @property
    def contenders(self) -> tuple[str, ...]:
        """The names of the arms to confirm."""
        return tuple(one.effect.arm.name for one in self.arms if one.is_contender)


@dataclass(frozen=True)
class Judged:
    """A question after the second stage."""

    effect: AnyEffect
    claim: Claim
    p_adjusted: float | None
    """After Holm's correction; None where there was no test."""
    p_margin: float | None
    """Of the test against the margin, after Holm's correction."""
    verdict: Verdict


@dataclass(frozen=True)
class Confirmation:
    """The second stage."""

    judged: tuple[Judged, ...]
    """In the order of the questions."""
    family: int
    """Questions that Holm's correction is over; those about a share alone need no test."""
    seen: tuple[str, ...]
    """Keys of runs that were left out because the screening had seen their seeds."""


def screen(
    measure: Measure, baseline: ArmSample, questions: Sequence[Question], precision: Precision = DEFAULT
) -> Screening:
    """Compare every arm with the baseline, and name those that are worth fresh seeds.

    Raises:
        ReportError: where a value on the ratio scale is not above 0, or a claim does not fit the measure.
    """
    found = [(_effect(measure, baseline, one.arm, precision, ALPHA), one.claim) for one in questions]
    samples = (baseline, *(one.arm for one in questions))
    return Screening(
        tuple(Screened(effect, claim, _is_contender(effect, claim)) for effect, claim in found),
        frozenset(run.replicate for sample in samples for run in sample.runs),
    )


def confirm(
    measure: Measure,
    baseline: ArmSample,
    questions: Sequence[Question],
    screening: Screening | None = None,
    precision: Precision = DEFAULT,
) -> Confirmation:
    """Judge ``questions`` by the runs whose seeds the screening has not seen, corrected over all of them.

    Without a screening (hypotheses that were written before any run) every run counts. One measure is one family: the
    primary metric decides, others stand beside it.

    Raises:
        ReportError: where a value on the ratio scale is not above 0, or a claim does not fit the measure.
    """
    seen = screening.replicates if screening is not None else frozenset()
    family = sum(one.claim not in OF_A_SHARE for one in questions)
    alpha = ALPHA / max(1, family)
    fresh = _fresh(baseline, seen)
    effects = [_effect(measure, fresh, _fresh(one.arm, seen), precision, alpha) for one in questions]
    claims = [one.claim for one in questions]
    adjusted = _holm([effect.p for effect in effects], claims)
    margins = _holm([margin_p(effect, claim) for effect, claim in zip(effects, claims, strict=True)], claims)
    samples = (baseline, *(one.arm for one in questions))
    return Confirmation(
        tuple(
            Judged(effect, claim, p, at_margin, judge(effect, claim, p, at_margin))
            for effect, claim, p, at_margin in zip(effects, claims, adjusted, margins, strict=True)
        ),
        family,
        tuple(dict.fromkeys(run.key for sample in samples for run in sample.runs if run.replicate in seen)),
    )


def _effect(measure: Measure, baseline: ArmSample, arm: ArmSample, precision: Precision, alpha: float) -> AnyEffect:
    if measure.scale is Scale.RATE:
        return compare_rates(baseline, arm, measure, alpha)
    return compare(measure, baseline, arm, precision, alpha)


def _fresh(sample: ArmSample, seen: frozenset[int]) -> ArmSample:
    return ArmSample(sample.name, tuple(run for run in sample.runs if run.replicate not in seen))


def _is_contender(effect: AnyEffect, claim: Claim) -> bool:
    """Whether the claim may yet be supported: an effect that counts at 10 %, or no sign against "as good"."""
    if claim in OF_A_SHARE:
        return judge(effect, claim, effect.p) is not Verdict.CONTRADICTED
    if effect.is_too_small or effect.p is None or effect.gain is None:
        return False
    is_against = {
        Claim.BETTER: effect.gain <= 0,
        Claim.WORSE: effect.gain >= 0,
        Claim.AT_LEAST_AS_GOOD: effect.counts and effect.gain < 0,
        Claim.AT_MOST_AS_GOOD: effect.counts and effect.gain > 0,
        Claim.NO_DIFFERENCE: effect.counts,
    }.get(claim, False)
    needs_effect = claim in {Claim.BETTER, Claim.WORSE, Claim.DIFFERENT}
    return not is_against and (not needs_effect or (effect.counts and effect.p <= SCREENING_LEVEL))


def _holm(p_values: Sequence[float | None], claims: Sequence[Claim]) -> list[float | None]:
    """Corrected over all claims that need a test, those that have none as p = 1; None stays None."""
    tested = [index for index, claim in enumerate(claims) if claim not in OF_A_SHARE]
    whole = [1.0 if p_values[index] is None else p_values[index] for index in tested]
    corrected = dict(zip(tested, holm(whole), strict=True))
    return [None if p is None else corrected.get(index) for index, p in enumerate(p_values)]
