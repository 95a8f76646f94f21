"""Effects in a two-level factorial: what each factor does on average over the others, and what pairs do beyond that.

A *main effect* is the mean gain of all arms at a factor's other level, less that at the baseline's. The *effect of a
pair* is the effect of one factor where the other is changed, less that where it is not; 0 where effects add up, on the
ratio scale multiply. Every run counts in every effect, which is why a factorial needs so few of them.

Replicates are blocks: a seed that is good for all arms moves no effect. Tests permute arms within blocks, of the
residuals that are left when every other effect has been taken out (Freedman and Lane 1983; Winkler et al. 2014), and
their statistic is t with the noise of arms within blocks. All arms weigh equally in a contrast, so that their mean
variance is the right one where they differ in spread. Simulated at 5 %, 8 arms of 8 seeds and a large effect of another
factor: normal noise 4.7 to 5.8 % of nulls claimed, Student's t with 3 degrees of freedom 4.3 to 5.7 %, half of the arms
with four times the spread 4.7 to 6.5 %, one arm with six times the spread 7.1 to 8.2 %. Intervals and power are those
of t; a bootstrap over 8 blocks has too few to draw from.

Only replicates that every arm has are used, so that effects cannot get into each other. Where one of their runs is
censored, main effects are by rank, censored runs last, and effects of pairs are refused: ranks say which arm is better,
but not whether two gains add up (Salter and Fawcett 1993).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from gansearch.errors import ReportError
from gansearch.reporting.effects.factorial_design import Contrast, Term, TwoLevelDesign
from gansearch.reporting.effects.gains import as_value, margin_of, run_gains
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.permutation import DECIMALS, TINY, Precision
from gansearch.reporting.effects.power import ALPHA, POWER
from gansearch.reporting.effects.sample import ArmRun, ArmSample
from gansearch.reporting.statistics import FEWEST, LEVEL, Interval, Values, holm

DEFAULT = Precision()
SHARPEST: Final = 12
"""Decimals of gains: what is less is rounding, and no effect of arms that do not vary."""
MOST_VALUES: Final = 2_000_000
"""Permuted at a time, to bound memory."""


@dataclass(frozen=True)
class FactorialEffect:
    """A main effect, the effect of a pair, or the sum of several that the design cannot tell apart."""

    terms: tuple[Term, ...]
    value: float
    """On the scale of the analysis: a ratio, a difference, or the probability that a changed arm's run is better."""
    gain: float
    """The same as a difference of gains, of which more is better."""
    interval: Interval | None
    """At 95 %, of ``value``; None by rank, and below 8 blocks."""
    p: float | None
    """Two-sided; None below 8 blocks."""
    p_adjusted: float | None
    """After Holm's correction over all effects."""
    smallest_visible: float | None
    """The smallest true effect in favour of the change that would be shown with 80 % power; None below 8 blocks."""
    counts: bool
    """Whether the estimate is at least the margin and at least the noise floor."""

    @property
    def is_shown(self) -> bool:
        """Whether it is significant at 5 % after Holm's correction, and counts."""
        return self.p_adjusted is not None and self.p_adjusted <= ALPHA and self.counts


@dataclass(frozen=True)
class FactorialAnalysis:
    """What a factorial shows of one metric."""

    measure: Measure
    scale: Scale
    """The measure's, or ``rank`` where a run is censored."""
    design: TwoLevelDesign
    effects: tuple[FactorialEffect, ...]
    """Main effects, then pairs; none without a block."""
    blocks: tuple[int, ...]
    """The replicates that every arm has."""
    unused: int
    """Runs of replicates that some arm lacks."""
    censored: int
    """Of the runs used: in the last place."""

    @property
    def is_too_small(self) -> bool:
        """Whether there are fewer than 8 blocks."""
        return len(self.blocks) < FEWEST


@dataclass(frozen=True)
class _Told:
    """How gains are told on a scale."""

    measure: Measure
    scale: Scale
    threshold: float
    """The smallest gain that counts."""

    def value(self, gain: float) -> float:
        return as_value(self.measure, self.scale, gain)

    def interval(self, gain: float, error: float, free: int) -> Interval | None:
        if self.scale is Scale.RANK:
            return None
        half = float(stats.t.ppf((1 + LEVEL) / 2, free)) * error
        ends = sorted(self.value(end) for end in (gain - half, gain + half))
        return Interval(ends[0], ends[1])

    def smallest_visible(self, error: float, free: int, alpha: float) -> float | None:
        """Significant at ``alpha``, and its estimate above the threshold, each with 80 % power."""
        found = float(stats.t.ppf(1 - alpha / 2, free) + stats.t.ppf(POWER, free)) * error
        gain = max(found, self.threshold + float(stats.norm.ppf(POWER)) * error)
        if self.scale is Scale.RANK and gain > 0.5:  # no probability is above 1
            return None
        return self.value(gain)


def analyse_factorial(
    measure: Measure, design: TwoLevelDesign, samples: Sequence[ArmSample], precision: Precision = DEFAULT
) -> FactorialAnalysis:
    """The effects of a factorial.

    Args:
        measure: what is compared.
        design: of as many arms as there are samples, in their order.
        samples: the runs of each arm.
        precision: of the tests.

    Raises:
        ReportError: where a value on the ratio scale is not above 0, the measure is a rate, or arms are missing.
    """
    if len(samples) != len(design.levels) or measure.scale is Scale.RATE:
        raise ReportError(
            f"a factorial needs a metric with values and a sample for each of {len(design.levels)} arms; got "
            f"{measure.name} ({measure.scale}) and {len(samples)}"
        )
    runs = [{run.replicate: run for run in sample.ranked} for sample in samples]
    blocks = tuple(sorted(set.intersection(*(set(arm) for arm in runs))))
    used = [[arm[block] for arm in runs] for block in blocks]
    censored = sum(run.is_censored for block in used for run in block)
    scale = Scale.RANK if censored else measure.scale
    contrasts = [each for each in design.contrasts() if each.is_main or scale is not Scale.RANK]
    gains = _gains(measure, scale, used)
    unused = sum(len(arm) for arm in runs) - sum(map(len, used))
    told = _Told(measure, scale, max(margin_of(measure, scale), _floor(measure, scale, used)))
    effects = _effects(told, contrasts, gains, precision) if used else ()
    return FactorialAnalysis(measure, scale, design, effects, blocks, unused, censored)


def _gains(measure: Measure, scale: Scale, used: Sequence[Sequence[ArmRun]]) -> Values:
    """Gains [blocks, arms]; by rank the mean rank among all runs over their number."""
    found = np.array([run_gains(measure, block) for block in used], dtype=np.float64)
    return stats.rankdata(found).reshape(found.shape) / found.size if scale is Scale.RANK else found


def _floor(measure: Measure, scale: Scale, used: Sequence[Sequence[ArmRun]]) -> float:
    """The noise floor as a gain, at the mean level of all runs; none by rank."""
    if scale is Scale.RANK or not used or not measure.floor:
        return 0.0
    values = [run.value for block in used for run in block if run.value is not None]
    return math.log1p(measure.floor / float(stats.gmean(values))) if scale is Scale.RATIO else measure.floor


def _effects(
    told: _Told, contrasts: Sequence[Contrast], gains: Values, precision: Precision
) -> tuple[FactorialEffect, ...]:
    blocks, arms = gains.shape
    columns = np.array([each.column for each in contrasts])
    # A pair's effect is a difference of differences, between quarters of the arms.
    width = np.array([2.0 if each.is_main else 4.0 for each in contrasts]) / arms
    found = columns @ gains.mean(axis=0) * width
    is_large = blocks >= FEWEST
    p_values = permutation_ps(columns, gains, precision) if is_large else [None] * len(contrasts)
    free = (blocks - 1) * (arms - 1)
    errors = width * _noise(gains, free) * math.sqrt(arms / blocks)
    alpha = ALPHA / len(contrasts)
    return tuple(
        FactorialEffect(
            each.terms,
            told.value(gain),
            gain,
            told.interval(gain, error, free) if is_large else None,
            p,
            p_adjusted,
            told.smallest_visible(error, free, alpha) if is_large else None,
            abs(gain) >= told.threshold,
        )
        for each, gain, error, p, p_adjusted in zip(
            contrasts, found.tolist(), errors.tolist(), p_values, holm(p_values), strict=True
        )
    )


def permutation_ps(columns: Values, gains: Values, precision: Precision) -> list[float | None]:
    """Two-sided p of each contrast; never below one over the permutations.

    Args:
        columns: [contrasts, arms], +1 and -1, each summing to 0.
        gains: [blocks, arms].
        precision: of the tests.
    """
    blocks, arms = gains.shape
    rest = np.round(_residuals(gains), SHARPEST)
    sizes = np.round(columns @ gains.mean(axis=0) / arms, SHARPEST)
    # Of the residuals with one contrast put back in, over all runs: no permutation changes it.
    totals = np.sum(rest**2) + blocks * arms * sizes**2
    observed = _statistics(columns, blocks * sizes[:, None] * columns, totals, blocks)
    rng = np.random.default_rng(precision.seed)
    chunk = max(1, MOST_VALUES // (columns.size * blocks))
    above, made = np.zeros(len(columns)), 0
    while made < precision.permutations:
        order = rng.random((min(chunk, precision.permutations - made), blocks, arms)).argsort(axis=2)
        sums = np.take_along_axis(rest[None], order, axis=2).sum(axis=1) + sizes[:, None, None] * columns[:, order].sum(
            axis=2
        )
        found = _statistics(columns[:, None], sums, totals[:, None], blocks)
        above += (found >= observed[:, None]).sum(axis=1)
        made += len(order)
    return [float(count + 1) / (made + 1) for count in above]


def _statistics(columns: Values, sums: Values, totals: Values, blocks: int) -> Values:
    """The absolute t of contrasts, but for a factor that all have in common.

    Args:
        columns: [..., arms].
        sums: [..., arms], of the arms over blocks.
        totals: [...], sum of squares within blocks.
        blocks: in each sum.
    """
    left = totals - np.sum(sums**2, axis=-1) / blocks
    found = np.abs(np.sum(columns * sums, axis=-1)) / np.sqrt(np.maximum(left, TINY**2))
    return np.asarray(np.round(found, DECIMALS))


def _residuals(gains: Values) -> Values:
    """What is left [blocks, arms] without the means of blocks and of arms."""
    within = gains - gains.mean(axis=1, keepdims=True)
    return np.asarray(within - within.mean(axis=0, keepdims=True))


def _noise(gains: Values, free: int) -> float:
    """Standard deviation of one run's gain within its block."""
    return math.sqrt(float(np.sum(_residuals(gains) ** 2)) / free) if free else 0.0
