"""An arm against the baseline: the effect on a metric with its interval, test and power.

Equal budgets only: a censored run (stopped early, diverged) has no final value. One of them in either arm, and the
arms are compared by rank, censored runs together in the last place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gansearch.reporting.effects.gains import Gains, as_value, gains, level, margin_of
from gansearch.reporting.effects.intervals import gain_intervals
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.permutation import Precision, permutation_p, relabellings, smallest_p
from gansearch.reporting.effects.power import ALPHA, POWER, Power, noise, runs_to_equate, runs_to_find, smallest_gain
from gansearch.reporting.effects.sample import BASELINE_RUNS, ArmSample, ArmSummary, summary
from gansearch.reporting.statistics import FEWEST, Interval

DEFAULT = Precision()


@dataclass(frozen=True)
class Effect:
    """What an arm does to a metric."""

    measure: Measure
    scale: Scale
    """The measure's, or ``rank`` where a run is censored."""
    baseline: ArmSummary
    arm: ArmSummary
    value: float | None
    """The arm's geometric mean over the baseline's; its mean less the baseline's; or, by rank, the probability that
    a run of the arm is better. None where an arm has no run."""
    gain: float | None
    """The same as a difference of which more is better, 0 for equal arms: of logarithms on the ratio scale."""
    interval: Interval | None
    """BCa at 95 %, of ``value``; None below 8 runs in an arm."""
    inner: Interval | None
    """The same at 90 %."""
    p: float | None
    """Two-sided, of a permutation test; None below 8 runs in an arm."""
    smallest_p: float | None
    """The smallest that the test can give."""
    is_exact: bool | None
    """Whether every relabelling was made; None without a test."""
    p_not_worse: float | None
    """One-sided, of "worse by the margin or more"; None by rank, where the margin has no meaning, or without a test."""
    p_not_better: float | None
    """One-sided, of "better by the margin or more"."""
    is_paired: bool
    shared: int
    """Replicates that both arms have."""
    correlation: float | None
    """Pearson's, of the gains at equal seeds; None below 8 of them, or where an arm does not vary."""
    intraclass: float | None
    """Fisher's, of the same; above .3 they are compared in pairs."""
    is_identical: bool
    """Whether the arms are equal bit by bit at all of at least 8 shared seeds."""
    power: Power | None
    """None below 8 runs in an arm."""

    @property
    def missing(self) -> int:
        """Runs that the arm lacks to the 8 below which nothing is said; those of the baseline are its own."""
        return self.arm.missing

    @property
    def is_too_small(self) -> bool:
        """Whether an arm has fewer than 8 runs."""
        return min(self.baseline.n, self.arm.n) < FEWEST

    @property
    def counts(self) -> bool:
        """Whether the estimate is at least the margin and at least the noise floor."""
        if self.gain is None or abs(self.gain) < margin_of(self.measure, self.scale):
            return False
        if self.scale is Scale.RANK:
            return self._medians_count()
        assert self.arm.level is not None
        assert self.baseline.level is not None
        return abs(self.arm.level - self.baseline.level) >= self.measure.floor

    @property
    def lies_above(self) -> bool:
        """Whether the 90 % interval lies above "worse by the margin"."""
        return self._worst is not None and self._worst > -margin_of(self.measure, self.scale)

    @property
    def lies_below(self) -> bool:
        """Whether the 90 % interval lies below "better by the margin"."""
        return self._best is not None and self._best < margin_of(self.measure, self.scale)

    @property
    def _worst(self) -> float | None:
        return None if self.inner is None else min(_as_gain(self, self.inner.low), _as_gain(self, self.inner.high))

    @property
    def _best(self) -> float | None:
        return None if self.inner is None else max(_as_gain(self, self.inner.low), _as_gain(self, self.inner.high))

    def _medians_count(self) -> bool:
        """By rank: whether the medians differ by margin and floor; one that is censored is worse by more than any."""
        one, other = self.arm.level, self.baseline.level
        if one is None or other is None:
            return True
        if self.measure.scale is Scale.RATIO and min(one, other) > (1 - self.measure.margin) * max(one, other):
            return False
        if self.measure.scale is Scale.DIFFERENCE and abs(one - other) < self.measure.margin:
            return False
        return abs(one - other) >= self.measure.floor


def compare(
    measure: Measure,
    baseline: ArmSample,
    arm: ArmSample,
    precision: Precision = DEFAULT,
    alpha: float = ALPHA,
) -> Effect:
    """The effect of ``arm``; ``alpha`` is the level that its power is told for.

    Raises:
        ReportError: where a value on the ratio scale is not above 0, or the measure is a rate.
    """
    found = gains(measure, baseline, arm)
    is_large = min(len(found.baseline), len(found.arm)) >= FEWEST
    intervals = gain_intervals(found, precision) if is_large else None
    is_whole = is_large and precision.bootstraps > 0
    not_worse, not_better = _margin_tests(measure, found, precision) if is_whole else (None, None)
    has_runs = len(found.baseline) > 0 and len(found.arm) > 0
    reference = level(found.scale, found.baseline_runs, measure.sign)
    return Effect(
        measure=measure,
        scale=found.scale,
        baseline=summary(baseline, found.baseline_runs, reference, BASELINE_RUNS),
        arm=summary(arm, found.arm_runs, level(found.scale, found.arm_runs, measure.sign)),
        value=as_value(measure, found.scale, found.difference) if has_runs else None,
        gain=found.difference if has_runs else None,
        interval=None if intervals is None else _told(measure, found.scale, intervals[0]),
        inner=None if intervals is None else _told(measure, found.scale, intervals[1]),
        p=permutation_p(found, precision) if is_large else None,
        smallest_p=smallest_p(found, precision) if is_large else None,
        is_exact=relabellings(found) <= precision.permutations if is_large else None,
        p_not_worse=not_worse,
        p_not_better=not_better,
        is_paired=found.is_paired,
        shared=found.shared,
        correlation=found.correlation,
        intraclass=found.intraclass,
        is_identical=found.is_identical,
        power=_power(measure, found, reference, precision, alpha) if is_whole else None,
    )


def _margin_tests(measure: Measure, found: Gains, precision: Precision) -> tuple[float | None, float | None]:
    """The p of "worse by the margin" and of "better by the margin": ranks say nothing of how far values lie apart."""
    if found.scale is Scale.RANK:
        return None, None
    margin = margin_of(measure, found.scale)
    return (
        permutation_p(found, precision, shift=-margin, side="greater"),
        permutation_p(found, precision, shift=margin, side="less"),
    )


def _power(measure: Measure, found: Gains, level: float | None, precision: Precision, alpha: float) -> Power:
    known, margin = noise(found), margin_of(measure, found.scale)
    threshold = max(margin, _floor(measure, found.scale, level))
    is_possible = smallest_p(found, precision) <= alpha and math.isfinite(threshold)
    visible = smallest_gain(known, threshold, alpha) if is_possible else None
    if visible is not None and found.scale is Scale.RANK and visible > 0.5:  # no probability is above 1
        visible = None
    return Power(
        alpha=alpha,
        power=POWER,
        smallest_visible=None if visible is None else as_value(measure, found.scale, visible),
        runs_for_margin=runs_to_find(margin, known, alpha),
        runs_for_equivalence=None if found.scale is Scale.RANK else runs_to_equate(margin, known, alpha),
    )


def _floor(measure: Measure, scale: Scale, level: float | None) -> float:
    """The noise floor as a gain over a baseline of ``level``; infinite where no better level lies so far off."""
    if scale is Scale.RANK or level is None or not measure.floor:
        return 0.0
    if scale is Scale.DIFFERENCE:
        return measure.floor
    if not measure.lower_is_better:
        return math.log1p(measure.floor / level)
    return -math.log1p(-measure.floor / level) if measure.floor < level else math.inf


def _told(measure: Measure, scale: Scale, interval: Interval) -> Interval:
    ends = sorted(as_value(measure, scale, end) for end in (interval.low, interval.high))
    return Interval(ends[0], ends[1])


def _as_gain(effect: Effect, value: float) -> float:
    if effect.scale is Scale.RANK:
        return value - 0.5
    return effect.measure.sign * (math.log(value) if effect.scale is Scale.RATIO else value)
