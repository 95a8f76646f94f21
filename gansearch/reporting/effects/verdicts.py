"""Verdicts: what a comparison allows to be said of a claim.

An effect *is shown* in a direction where three things hold: the permutation test is significant at 5 % after Holm's
correction, the estimate points there, and the estimate is at least the margin (10 % of the distance, or 10 points) and
at least the metric's noise floor. The test says that the direction is no accident, the estimate that its size counts.
The stricter rule, an interval wholly beyond the margin, would mostly leave an arm that is truly 15 % better unseen
with 20 seeds that vary by 20 %; the laxer one, the test alone, would let many seeds turn 1 % into a claim.
``power.py`` counts both conditions.

Arms *are equivalent* where two one-sided permutation tests at 5 % reject "worse by the margin" and "better by the
margin" (Schuirmann 1987) and the 90 % interval lies inside the margin as well: with 8 runs a bootstrap interval alone
is too short (8 against 20 runs whose true effect is the margin: equivalent in 7.4 % by the interval, in 5.0 % by
both). Arms that are equal bit by bit need no test. An arm *is not worse* (*not better*) where the one test and the one
end of the interval say so. By rank nothing is equivalent: ranks do not tell how far values lie apart.

| claim | supported | contradicted | equivalent |
|---|---|---|---|
| better | better is shown | worse is shown | equivalent |
| worse | worse is shown | better is shown | equivalent |
| different | either is shown | | equivalent |
| no_difference | equivalent | either is shown | |
| at_least_as_good | not worse | worse is shown | |
| at_most_as_good | not better | better is shown | |
| never | | one run did | the bound on the share is at most the margin |
| always | | one run did not | the same of the share of runs that did not |

All else is *undecided*, and so is every claim with fewer than 8 runs in an arm. Where a difference is shown and the
arms are equivalent too, as can be at the margin itself, the difference is said.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol

from gansearch.errors import ReportError
from gansearch.reporting.effects.power import ALPHA
from gansearch.reporting.effects.rates import RateEffect
from gansearch.reporting.effects.shares import Share


class Verdict(StrEnum):
    """What is said of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"


class Claim(StrEnum):
    """What is said of an arm against the baseline, or of a share."""

    BETTER = "better"
    WORSE = "worse"
    DIFFERENT = "different"
    NO_DIFFERENCE = "no_difference"
    AT_LEAST_AS_GOOD = "at_least_as_good"
    AT_MOST_AS_GOOD = "at_most_as_good"
    NEVER = "never"
    ALWAYS = "always"


OF_A_SHARE: Final = frozenset({Claim.NEVER, Claim.ALWAYS})


class Comparison(Protocol):
    """What a verdict needs of an ``Effect`` or a ``RateEffect``."""

    @property
    def gain(self) -> float | None: ...  # noqa: D102
    @property
    def counts(self) -> bool: ...  # noqa: D102
    @property
    def is_too_small(self) -> bool: ...  # noqa: D102
    @property
    def is_identical(self) -> bool: ...  # noqa: D102
    @property
    def p_not_worse(self) -> float | None: ...  # noqa: D102
    @property
    def p_not_better(self) -> float | None: ...  # noqa: D102
    @property
    def lies_above(self) -> bool: ...  # noqa: D102
    @property
    def lies_below(self) -> bool: ...  # noqa: D102


def judge(effect: Comparison, claim: Claim, p_adjusted: float | None, p_margin: float | None = None) -> Verdict:
    """The verdict on ``claim``.

    Args:
        effect: What was found.
        claim: What was said.
        p_adjusted: Two-sided p after Holm's correction; ``effect.p`` where nothing else was asked.
        p_margin: ``margin_p(effect, claim)`` after Holm's correction; None for the p as it is.

    Raises:
        ReportError: where a claim about a share meets an effect that has none.
    """
    if claim in OF_A_SHARE:
        if not isinstance(effect, RateEffect):
            raise ReportError(f"the claim {claim} is about a share: it needs a RateEffect; got {type(effect).__name__}")
        return judge_share(effect.arm, claim, effect.measure.margin)
    if effect.is_too_small:
        return Verdict.UNDECIDED
    shown = _shown(effect, p_adjusted)
    if shown is not None:
        return _of_shown(shown, claim)
    if not _holds_within_margin(effect, claim, margin_p(effect, claim) if p_margin is None else p_margin):
        return Verdict.UNDECIDED
    is_effect = claim in {Claim.BETTER, Claim.WORSE, Claim.DIFFERENT}
    return Verdict.EQUIVALENT if is_effect else Verdict.SUPPORTED


def judge_share(found: Share, claim: Claim, margin: float) -> Verdict:
    """The verdict on "never" or "always": one run contradicts, and no number of runs supports; ``margin`` in (0, 1).

    Raises:
        ReportError: where the claim is about no share.
    """
    if claim not in OF_A_SHARE:
        raise ReportError(f"a share alone is never or always; got the claim {claim}")
    if found.is_too_small:
        return Verdict.UNDECIDED
    against = found.count if claim is Claim.NEVER else found.n - found.count
    bound = found.at_most if claim is Claim.NEVER else 1 - found.at_least
    if against:
        return Verdict.CONTRADICTED
    return Verdict.EQUIVALENT if bound <= margin else Verdict.UNDECIDED


def margin_p(effect: Comparison, claim: Claim) -> float | None:
    """The p of the test against the margin that ``claim`` rests on: one side, or the larger of both."""
    if claim is Claim.AT_LEAST_AS_GOOD:
        return effect.p_not_worse
    if claim is Claim.AT_MOST_AS_GOOD:
        return effect.p_not_better
    if effect.p_not_worse is None or effect.p_not_better is None:
        return None
    return max(effect.p_not_worse, effect.p_not_better)


def _shown(effect: Comparison, p: float | None) -> Claim | None:
    """``better`` or ``worse`` where that is shown."""
    if p is None or p > ALPHA or not effect.counts or not effect.gain:
        return None
    return Claim.BETTER if effect.gain > 0 else Claim.WORSE


def _of_shown(shown: Claim, claim: Claim) -> Verdict:
    supported = {
        Claim.BETTER: {Claim.BETTER, Claim.DIFFERENT, Claim.AT_LEAST_AS_GOOD},
        Claim.WORSE: {Claim.WORSE, Claim.DIFFERENT, Claim.AT_MOST_AS_GOOD},
    }
    return Verdict.SUPPORTED if claim in supported[shown] else Verdict.CONTRADICTED


def _holds_within_margin(effect: Comparison, claim: Claim, p: float | None) -> bool:
    """Whether the arm is equivalent; not worse, or not better, where the claim asks no more."""
    if effect.is_identical:
        return True
    if p is None or p > ALPHA:
        return False
    if claim is Claim.AT_LEAST_AS_GOOD:
        return effect.lies_above
    if claim is Claim.AT_MOST_AS_GOOD:
        return effect.lies_below
    return effect.lies_above and effect.lies_below
