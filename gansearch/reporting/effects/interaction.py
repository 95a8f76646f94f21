"""Whether what a change does to a metric depends on another change: the difference of two effects, of four arms.

One effect is an arm against a second, the other a third against a fourth, as two steps of the discriminator against
one, with noise and without. Each replicate that all four arms have gives both effects at one seed, and so one
difference of differences: of logarithms on the ratio scale, where 0 says that the changes multiply, of values on the
difference scale, where 0 says that they add up. What a seed does to all four arms drops out.

Both effects of a replicate are a pair: the test is the exact one of ``permutation.py``, which swaps them, the interval
BCa's of ``intervals.py``, and power that of ``power.py``. The smallest p of 8 replicates is 2 / 256. Where a run is
censored nothing is said: ranks tell which arm is better, but not whether one gain is larger than another (Salter and
Fawcett 1993), and to leave such replicates out would choose seeds by how they end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gansearch.errors import ReportError
from gansearch.reporting.effects.gains import Gains, as_value, margin_of, run_gains
from gansearch.reporting.effects.intervals import gain_intervals
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.permutation import Precision, permutation_p, smallest_p
from gansearch.reporting.effects.power import ALPHA, noise, smallest_gain
from gansearch.reporting.effects.sample import ArmRun, ArmSample
from gansearch.reporting.statistics import FEWEST, Interval, Values

DEFAULT = Precision()


@dataclass(frozen=True)
class Contrast:
    """An arm against another."""

    arm: ArmSample
    against: ArmSample


@dataclass(frozen=True)
class InteractionEffect:
    """How much better one effect is than another."""

    measure: Measure
    value: float | None
    """One effect over the other on the ratio scale, one less the other otherwise; None without replicates that all
    four arms have, or where a run is censored."""
    gain: float | None
    """The same as a difference of gains, of which more is better."""
    value_of_one: float | None
    """The first effect, of the replicates used."""
    value_of_other: float | None
    interval: Interval | None
    """At 95 %, of ``value``; None below 8 replicates."""
    inner: Interval | None
    """At 90 %, of the gain."""
    p: float | None
    """Two-sided; None below 8 replicates."""
    p_not_worse: float | None
    """One-sided, of "worse by the margin or more"."""
    p_not_better: float | None
    replicates: tuple[int, ...]
    """Those that all four arms have."""
    censored: int
    """Of their runs."""
    smallest_visible: float | None
    """The smallest true effect for the better that would be shown with 80 % power; None where there is none."""

    @property
    def is_too_small(self) -> bool:
        """Whether there are fewer than 8 replicates, or one of their runs is censored."""
        return len(self.replicates) < FEWEST or self.gain is None

    @property
    def is_identical(self) -> bool:
        """Never: two effects may be equal where no runs are."""
        return False

    @property
    def counts(self) -> bool:
        """Whether the estimate is at least the margin. A noise floor is one of two levels, and here are four."""
        return self.gain is not None and abs(self.gain) >= self._margin

    @property
    def lies_above(self) -> bool:
        """Whether the 90 % interval lies above "worse by the margin"."""
        return self.inner is not None and self.inner.low > -self._margin

    @property
    def lies_below(self) -> bool:
        """Whether the 90 % interval lies below "better by the margin"."""
        return self.inner is not None and self.inner.high < self._margin

    @property
    def _margin(self) -> float:
        return margin_of(self.measure, self.measure.scale)


def interact(
    measure: Measure, one: Contrast, other: Contrast, precision: Precision = DEFAULT, alpha: float = ALPHA
) -> InteractionEffect:
    """How much better the effect ``one`` is than ``other``; ``alpha`` is the level that its power is told for.

    Raises:
        ReportError: where a value on the ratio scale is not above 0, or the measure is a rate.
    """
    if measure.scale is Scale.RATE:
        raise ReportError(f"measure {measure.name}: an interaction takes a metric with values; got the scale rate")
    replicates, runs = _shared([one.arm, one.against, other.arm, other.against])
    censored = sum(run.is_censored for arm in runs for run in arm)
    if censored or not replicates:
        return _unsaid(measure, replicates, censored)
    found = _gains(measure, runs)
    is_large = len(replicates) >= FEWEST
    is_whole = is_large and precision.bootstraps > 0
    intervals = gain_intervals(found, precision) if is_whole else None
    margin = margin_of(measure, measure.scale)
    return InteractionEffect(
        measure,
        value=_told(measure, found.difference),
        gain=found.difference,
        value_of_one=_told(measure, float(np.mean(found.arm))),
        value_of_other=_told(measure, float(np.mean(found.baseline))),
        interval=None if intervals is None else _told_interval(measure, intervals[0]),
        inner=None if intervals is None else intervals[1],
        p=permutation_p(found, precision) if is_large else None,
        p_not_worse=permutation_p(found, precision, shift=-margin, side="greater") if is_whole else None,
        p_not_better=permutation_p(found, precision, shift=margin, side="less") if is_whole else None,
        replicates=replicates,
        censored=0,
        smallest_visible=_visible(measure, found, precision, alpha) if is_whole else None,
    )


def _unsaid(measure: Measure, replicates: tuple[int, ...], censored: int) -> InteractionEffect:
    return InteractionEffect(
        measure,
        value=None,
        gain=None,
        value_of_one=None,
        value_of_other=None,
        interval=None,
        inner=None,
        p=None,
        p_not_worse=None,
        p_not_better=None,
        replicates=replicates,
        censored=censored,
        smallest_visible=None,
    )


def _shared(samples: Sequence[ArmSample]) -> tuple[tuple[int, ...], list[list[ArmRun]]]:
    """The replicates that all arms have, and the runs of each arm at them."""
    by_seed = [{run.replicate: run for run in sample.ranked} for sample in samples]
    replicates = tuple(sorted(set.intersection(*(set(arm) for arm in by_seed))))
    return replicates, [[arm[replicate] for replicate in replicates] for arm in by_seed]


def _gains(measure: Measure, runs: Sequence[Sequence[ArmRun]]) -> Gains:
    """Both effects of each replicate as a pair."""
    arm, against, other_arm, other_against = (run_gains(measure, each) for each in runs)
    one, other = _exact(arm - against), _exact(other_arm - other_against)
    return Gains(
        measure.scale,
        baseline=other,
        arm=one,
        baseline_runs=tuple(runs[2]),
        arm_runs=tuple(runs[0]),
        is_paired=True,
        shared=len(one),
        correlation=None,
        intraclass=None,
        is_identical=False,
    )


def _exact(gains: Values) -> Values:
    """Without the rounding that would make equal effects differ."""
    return np.asarray(np.round(gains, 12), dtype=np.float64)


def _told(measure: Measure, gain: float) -> float:
    return as_value(measure, measure.scale, gain)


def _told_interval(measure: Measure, found: Interval) -> Interval:
    low, high = sorted(_told(measure, end) for end in (found.low, found.high))
    return Interval(low, high)


def _visible(measure: Measure, found: Gains, precision: Precision, alpha: float) -> float | None:
    if smallest_p(found, precision) > alpha:
        return None
    return _told(measure, smallest_gain(noise(found), margin_of(measure, measure.scale), alpha))
