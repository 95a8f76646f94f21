"""An arm against the baseline by a rate: the share of runs that succeed, or have any other outcome.

The interval of the difference is Newcombe's (1998, method 10): made of the two Wilson intervals that stand beside it,
within 100 points, and defined at 0 and n, where statsmodels' score interval (Miettinen and Nurminen 1985) has no
solution. The test is Boschloo's (1970): exact at these sizes, and nowhere weaker than Fisher's conditional one, which
spends about half of its 5 %. The runs are not paired: pairs of yes and no that agree tell McNemar's test nothing,
and 8 pairs rarely leave enough that disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy import optimize, stats
from statsmodels.stats.proportion import confint_proportions_2indep

from gansearch.errors import ReportError
from gansearch.reporting.effects.intervals import INNER_LEVEL
from gansearch.reporting.effects.measure import SUCCESS_RATE, Measure, Scale
from gansearch.reporting.effects.power import ALPHA
from gansearch.reporting.effects.rate_power import RatePower, rate_power
from gansearch.reporting.effects.sample import BASELINE_RUNS, ArmSample
from gansearch.reporting.effects.shares import Share, share_of
from gansearch.reporting.statistics import LEVEL, Interval

POINTS = 100
"""In a share of 1."""
LEAST_P = 1e-12
"""Least p of a test against the margin that is told apart from 0."""


@dataclass(frozen=True)
class RateEffect:
    """What an arm does to a rate."""

    measure: Measure
    baseline: Share
    arm: Share
    points: float | None
    """The arm's share less the baseline's, in points; None where an arm has no known outcome."""
    interval: Interval | None
    """Newcombe's at 95 %, in points; None below 8 runs in an arm."""
    inner: Interval | None
    """The same at 90 %."""
    p: float | None
    """Two-sided, by Boschloo's test; None below 8 runs in an arm."""
    p_not_worse: float | None
    """One-sided, of "worse by the margin or more": where Newcombe's interval just holds it."""
    p_not_better: float | None
    """One-sided, of "better by the margin or more"."""
    power: RatePower | None
    """None below 8 runs in an arm."""

    @property
    def gain(self) -> float | None:
        """The difference as a share, of which more is better."""
        return None if self.points is None else self.measure.sign * self.points / POINTS

    @property
    def missing(self) -> int:
        """Runs that the arm lacks to the 8 below which nothing is said; those of the baseline are its own."""
        return self.arm.missing

    @property
    def is_too_small(self) -> bool:
        """Whether an arm has fewer than 8 runs with a known outcome."""
        return self.baseline.is_too_small or self.arm.is_too_small

    @property
    def is_identical(self) -> bool:
        """Never: equal shares are no equal runs."""
        return False

    @property
    def counts(self) -> bool:
        """Whether the estimate is at least the margin and the floor; 10 points out of 10 runs are 10 points."""
        least = max(self.measure.margin, self.measure.floor)
        return self.gain is not None and abs(self.gain) >= least - 1e-9

    @property
    def lies_above(self) -> bool:
        """Whether the 90 % interval lies above "worse by the margin"."""
        if self.inner is None:
            return False
        ends = self.measure.sign * self.inner.low, self.measure.sign * self.inner.high
        return min(ends) > -POINTS * self.measure.margin

    @property
    def lies_below(self) -> bool:
        """Whether the 90 % interval lies below "better by the margin"."""
        if self.inner is None:
            return False
        ends = self.measure.sign * self.inner.low, self.measure.sign * self.inner.high
        return max(ends) < POINTS * self.measure.margin


def compare_rates(
    baseline: ArmSample, arm: ArmSample, measure: Measure = SUCCESS_RATE, alpha: float = ALPHA
) -> RateEffect:
    """The effect of ``arm`` on the share of runs with ``is_success``; those of which nothing is known are left out.

    Raises:
        ReportError: where the measure is no rate.
    """
    if measure.scale is not Scale.RATE:
        raise ReportError(f"measure {measure.name}: compare_rates takes the scale rate; got {measure.scale}")
    ours = share_of(arm.name, (run.is_success for run in arm.runs))
    theirs = share_of(baseline.name, (run.is_success for run in baseline.runs), BASELINE_RUNS)
    points = None if ours.value is None or theirs.value is None else POINTS * (ours.value - theirs.value)
    if ours.is_too_small or theirs.is_too_small:
        return RateEffect(measure, theirs, ours, points, None, None, None, None, None, None)
    below, above = _margin_p(ours, theirs, -measure.margin), _margin_p(ours, theirs, measure.margin)
    return RateEffect(
        measure,
        theirs,
        ours,
        points,
        interval=_newcombe(ours, theirs, LEVEL),
        inner=_newcombe(ours, theirs, INNER_LEVEL),
        p=_boschloo(ours, theirs),
        p_not_worse=above if measure.lower_is_better else below,
        p_not_better=below if measure.lower_is_better else above,
        power=rate_power(measure, theirs, ours, alpha),
    )


def _boschloo(arm: Share, baseline: Share) -> float:
    if arm.count + baseline.count in (0, arm.n + baseline.n):
        return 1.0  # no outcome varies
    table = [[arm.count, baseline.count], [arm.n - arm.count, baseline.n - baseline.count]]
    return float(stats.boschloo_exact(table).pvalue)


def _newcombe(arm: Share, baseline: Share, level: float) -> Interval:
    """In points."""
    low, high = _ends(arm, baseline, 1 - level)
    return Interval(POINTS * low, POINTS * high)


def _ends(arm: Share, baseline: Share, alpha: float) -> tuple[float, float]:
    low, high = confint_proportions_2indep(
        arm.count, arm.n, baseline.count, baseline.n, method="newcomb", compare="diff", alpha=alpha
    )
    return float(low), float(high)


def _margin_p(arm: Share, baseline: Share, margin: float) -> float:
    """The one-sided level at which Newcombe's interval ends at ``margin``, a difference of shares.

    Above a negative margin its lower end counts, below a positive one its upper.
    """
    end = 0 if margin < 0 else 1
    side = 1 if margin < 0 else -1

    def distance(p: float) -> float:
        return side * (_ends(arm, baseline, 2 * p)[end] - margin)

    if distance(0.5) <= 0:
        return 1.0
    if distance(LEAST_P) >= 0:
        return LEAST_P
    return float(optimize.brentq(distance, LEAST_P, 0.5))
