"""What a quantity that arms differ in does to the odds of an outcome, at equal values of the other quantities.

The model is logistic in the terms, over arms: ``logit P(outcome) = b0 + sum b_j x_j``, fitted with Firth's penalty, so
that arms of which every run or none fails do not carry it off to infinity. *Runs of one arm are no independent evidence
on the terms*: arms differ by more than a line in the terms can say, and all runs of an arm share that. So:

- The test permutes whole arms. What the other terms do not explain of the tested one is given to other arms (Potter
  2005), and the statistic is the penalised likelihood ratio. Nothing is assumed of runs within an arm. Simulated at 5 %
  over the 27 arms of depths of seed 003, 300 nulls each: independent runs 3.7 and 4.0 % claimed, arms that scatter by
  1.5 in the log odds 5.3 and 1.7 % (the latter of each near the ceiling).
- The interval is where twice the profile's fall is at most the scatter of the arms about the fit times the quantile of
  F with 1 and A - P degrees of freedom, for A arms and P coefficients. The scatter is Pearson's chi-square over A - P,
  and at least 1 (quasi-likelihood; McCullagh and Nelder 1989).

An odds ratio says nothing of how much it matters. So the effect is told in points as well: how far the fitted
probability rises, on average over the arms, from the lower to the upper quartile of the tested term among them. By the
points the verdicts of ``verdicts.py`` are given, with the margin of any rate, 10 points: an effect *is shown* where the
test is significant and the estimate at least the margin, and *equivalent* where the interval lies within the margin on
both sides. The outcome becomes *worse* with the term where the model has more of what nobody wants.

Nothing is decided before every arm has 8 runs: arms that are left out are those which the plan comes to last. Nor is
anything by an outcome that every run has, or none: the slope is then the penalty's alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy import optimize, stats

from gansearch.errors import ReportError
from gansearch.reporting.effects.firth import fit, is_separated, probabilities
from gansearch.reporting.effects.measure import Measure, Scale
from gansearch.reporting.effects.permutation import TINY, Precision
from gansearch.reporting.effects.power import ALPHA, POWER
from gansearch.reporting.effects.rates import POINTS
from gansearch.reporting.effects.shares import Share
from gansearch.reporting.statistics import FEWEST, LEVEL, Interval, Values

DEFAULT = Precision()
INNER_LEVEL: Final = 0.9
MOST_PERMUTATIONS: Final = 1_999
"""Each is two fits."""
FURTHEST: Final = 16.0
"""Coefficients of standardised terms beyond which nothing is looked for."""
PLACES: Final = 9
"""Of the profile, at which an interval of points is looked for."""
DECIMALS: Final = 6
"""Of a likelihood ratio: permutations that tie must tie."""


@dataclass(frozen=True)
class ArmOutcome:
    """One arm with the values of the terms, and its runs with the outcome."""

    share: Share
    terms: tuple[float, ...]


@dataclass(frozen=True)
class LogisticEffect:
    """What the tested term does to the odds of an outcome."""

    measure: Measure
    terms: tuple[str, ...]
    tested: str
    planned: int
    """Arms of the model."""
    arms: int
    """Fitted: those with a run."""
    lacking: int
    """Arms with fewer than 8 runs."""
    runs: int
    count: int
    """Runs with the outcome."""
    is_separated: bool
    """Whether the terms divide the outcomes, so that only the penalty keeps the estimates finite."""
    odds_ratio: float | None
    """For one more of the tested term; None where the arms are too few for the model."""
    interval: Interval | None
    """At 95 %, of the odds ratio."""
    scatter: float | None
    """Of the arms about the fit, at least 1: 1 is that of independent runs."""
    low: float
    high: float
    """The quartiles of the tested term among the arms."""
    points: float | None
    """By how many the fitted share rises from ``low`` to ``high``, on average over the arms."""
    inner: Interval | None
    """At 90 %, of the points."""
    p: float | None
    """Two-sided, by permutation of arms; None below 8 arms, or where the outcome does not vary."""
    p_not_worse: float | None
    """One-sided, of "worse by the margin or more", by the profile."""
    p_not_better: float | None
    smallest_visible: float | None
    """The smallest odds ratio above 1 that would be shown with 80 % power; None where there is none."""

    @property
    def gain(self) -> float | None:
        """The rise as a share, of which more is better."""
        return None if self.points is None else self.measure.sign * self.points / POINTS

    @property
    def counts(self) -> bool:
        """Whether the rise is at least the margin."""
        return self.gain is not None and abs(self.gain) >= self.measure.margin - 1e-9

    @property
    def is_too_small(self) -> bool:
        """Whether an arm has fewer than 8 runs, there are fewer than 8 arms, or the outcome does not vary."""
        return self.lacking > 0 or self.arms < FEWEST or self.points is None or self.is_constant

    @property
    def is_constant(self) -> bool:
        """Whether every run has the outcome, or none."""
        return self.count in (0, self.runs)

    @property
    def is_identical(self) -> bool:
        """Never: equal shares are no equal runs."""
        return False

    @property
    def lies_above(self) -> bool:
        """Whether the 90 % interval lies above "worse by the margin"."""
        return self.inner is not None and min(self._ends(self.inner)) > -self.measure.margin

    @property
    def lies_below(self) -> bool:
        """Whether the 90 % interval lies below "better by the margin"."""
        return self.inner is not None and max(self._ends(self.inner)) < self.measure.margin

    def _ends(self, found: Interval) -> tuple[float, float]:
        return self.measure.sign * found.low / POINTS, self.measure.sign * found.high / POINTS


def fit_outcome(
    measure: Measure,
    terms: Sequence[str],
    tested: int,
    arms: Sequence[ArmOutcome],
    *,
    precision: Precision = DEFAULT,
    alpha: float = ALPHA,
) -> LogisticEffect:
    """The effect of the term at place ``tested``.

    Args:
        measure: a rate.
        terms: their names, at least one.
        tested: a place among them.
        arms: all that the plan has, those without runs too: the terms are checked over them.
        precision: of the test; at most 1,999 permutations are made.
        alpha: the level that the power is told for.

    Raises:
        ReportError: where the measure is no rate, or a term follows from the others over these arms.
    """
    if measure.scale is not Scale.RATE:
        raise ReportError(f"measure {measure.name}: a logistic model takes the scale rate; got {measure.scale}")
    values = np.array([arm.terms for arm in arms], dtype=np.float64).reshape(len(arms), len(terms))
    _check_terms(terms, values)
    low, high = _quartiles(values[:, tested])
    used = [place for place, arm in enumerate(arms) if arm.share.n]
    profile = _profile(values[used], tested, [arms[place].share for place in used], (low, high))
    is_large = profile is not None and len(used) >= FEWEST and 0 < np.sum(profile.successes) < np.sum(profile.runs)
    judge = is_large and precision.bootstraps > 0
    return LogisticEffect(
        measure,
        tuple(terms),
        terms[tested],
        planned=len(arms),
        arms=len(used),
        lacking=sum(arm.share.is_too_small for arm in arms),
        runs=sum(arm.share.n for arm in arms),
        count=sum(arm.share.count for arm in arms),
        is_separated=profile is not None and is_separated(profile.design, profile.successes, profile.runs),
        odds_ratio=None if profile is None else profile.odds_ratio(profile.estimate),
        interval=None if profile is None or not judge else profile.ratio_interval(LEVEL),
        scatter=None if profile is None else profile.scatter,
        low=low,
        high=high,
        points=None if profile is None else profile.points(profile.estimate),
        inner=None if profile is None or not judge else profile.points_interval(INNER_LEVEL),
        p=None if profile is None or not is_large else _permutation_p(profile, precision),
        p_not_worse=None if profile is None or not judge else profile.margin_p(-measure.sign * measure.margin),
        p_not_better=None if profile is None or not judge else profile.margin_p(measure.sign * measure.margin),
        smallest_visible=None if profile is None or not judge else profile.smallest_visible(measure.margin, alpha),
    )


@dataclass(frozen=True)
class _Profile:
    """The penalised likelihood along the tested coefficient, of standardised terms."""

    design: Values
    """[A, P], the intercept first, then terms of mean 0 and deviation 1."""
    successes: Values
    """[A]"""
    runs: Values
    """[A]"""
    column: int
    """Of the tested term."""
    deviation: float
    """Of the tested term."""
    ends: tuple[float, float]
    """The quartiles, standardised."""

    @cached_property
    def _best(self) -> tuple[Values, float]:
        found = fit(self.design[None], self.successes, self.runs)
        return found.coefficients, float(found.likelihood[0])

    @property
    def estimate(self) -> float:
        return float(self._best[0][0, self.column])

    @property
    def free(self) -> int:
        """Degrees of freedom that are left."""
        arms, columns = self.design.shape
        return int(arms - columns)

    @cached_property
    def scatter(self) -> float:
        chance = probabilities(self.design[None], self._best[0])[0]
        residual = (self.successes - self.runs * chance) ** 2 / np.maximum(self.runs * chance * (1 - chance), TINY)
        return max(1.0, float(np.sum(residual)) / self.free)

    def odds_ratio(self, coefficient: float) -> float:
        return math.exp(coefficient / self.deviation)

    def points(self, coefficient: float) -> float:
        """The rise of the fitted share, the other coefficients fitted to this one."""
        found = self._held(coefficient)[0]
        sides = []
        for end in self.ends:
            moved = self.design.copy()
            moved[:, self.column] = end
            sides.append(float(np.mean(probabilities(moved[None], found))))
        return POINTS * (sides[1] - sides[0])

    def root(self, coefficient: float) -> float:
        """The signed root of the fall of the likelihood, by the scatter: as t with ``free`` degrees of freedom."""
        fall = max(0.0, 2 * (self._best[1] - self._held(coefficient)[1]) / self.scatter)
        return math.copysign(math.sqrt(fall), coefficient - self.estimate)

    def ratio_interval(self, level: float) -> Interval | None:
        ends = self._interval(level)
        return None if ends is None else Interval(self.odds_ratio(ends.low), self.odds_ratio(ends.high))

    def points_interval(self, level: float) -> Interval | None:
        """The points that the profile passes: they need not rise with the coefficient where all others follow it."""
        ends = self._interval(level)
        if ends is None:
            return None
        passed = [self.points(place) for place in (self.estimate, *np.linspace(ends.low, ends.high, PLACES))]
        return Interval(min(passed), max(passed))

    def margin_p(self, margin: float) -> float:
        """One-sided, of "the rise is ``margin``, a share, or beyond": the smallest there is where no fit rises so."""
        place = self._rising_by(margin)
        if place is None:
            place = math.copysign(FURTHEST, margin)
        return float(stats.t.sf(math.copysign(1, margin) * self.root(place), self.free))

    def smallest_visible(self, margin: float, alpha: float) -> float | None:
        """As an odds ratio: significant at ``alpha``, and its estimate beyond the margin, each with 80 % power."""
        ends, place = self._interval(LEVEL), self._rising_by(margin)
        if ends is None or place is None:
            return None
        error = (ends.high - ends.low) / 2 / float(stats.t.ppf((1 + LEVEL) / 2, self.free))
        found = float(stats.t.ppf(1 - alpha / 2, self.free) + stats.t.ppf(POWER, self.free)) * error
        return self.odds_ratio(max(found, place + float(stats.norm.ppf(POWER)) * error))

    def _held(self, coefficient: float) -> tuple[Values, float]:
        found = fit(self.design[None], self.successes, self.runs, (self.column, coefficient), self._start(coefficient))
        return found.coefficients, float(found.likelihood[0])

    def _start(self, coefficient: float) -> Values:
        start = self._best[0].copy()
        start[0, self.column] = coefficient
        return start

    def _interval(self, level: float) -> Interval | None:
        low, high = self._end(-1, level), self._end(1, level)
        return None if low is None or high is None else Interval(low, high)

    def _end(self, side: int, level: float) -> float | None:
        """The coefficient on that side of the estimate at which the profile has fallen so far."""
        wanted = side * float(stats.t.ppf((1 + level) / 2, self.free))
        return _crossing(lambda place: self.root(place) - wanted, self.estimate, side)

    def _rising_by(self, margin: float) -> float | None:
        return _crossing(lambda place: self.points(place) / POINTS - margin, 0.0, 1 if margin > 0 else -1)


def _crossing(function: Callable[[float], float], start: float, side: int) -> float | None:
    """Where ``function`` is 0 on that side of ``start``; None where it is nowhere near."""
    before, width = start, 0.5
    while width <= FURTHEST:
        after = start + side * width
        if function(after) * side >= 0:
            return float(optimize.brentq(function, before, after, xtol=1e-6))
        before, width = after, 2 * width
    return None


def _profile(values: Values, tested: int, shares: Sequence[Share], quartiles: tuple[float, float]) -> _Profile | None:
    """None where the arms are too few for the model."""
    if not len(values) or len(values) < values.shape[1] + 2 or _follows(values):
        return None
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    design = np.column_stack([np.ones(len(values)), (values - mean) / deviation])
    return _Profile(
        design,
        successes=np.array([share.count for share in shares], dtype=np.float64),
        runs=np.array([share.n for share in shares], dtype=np.float64),
        column=tested + 1,
        deviation=float(deviation[tested]),
        ends=(
            (quartiles[0] - float(mean[tested])) / float(deviation[tested]),
            (quartiles[1] - float(mean[tested])) / float(deviation[tested]),
        ),
    )


def _permutation_p(profile: _Profile, precision: Precision) -> float:
    """The share of permutations of arms with a likelihood ratio as large."""
    others = np.delete(profile.design, profile.column, axis=1)
    tested = profile.design[:, profile.column]
    residual = tested - others @ np.linalg.lstsq(others, tested, rcond=None)[0]
    count, rng = min(precision.permutations, MOST_PERMUTATIONS), np.random.default_rng(precision.seed)
    designs = np.repeat(profile.design[None], count + 1, axis=0)
    designs[0, :, profile.column] = residual
    for place in range(1, count + 1):
        designs[place, :, profile.column] = rng.permutation(residual)
    without = fit(designs, profile.successes, profile.runs, (profile.column, 0.0))
    full = fit(designs, profile.successes, profile.runs, start=without.coefficients)
    ratio = np.round(full.likelihood - without.likelihood, DECIMALS)
    return float(np.mean(ratio >= ratio[0]))


def _quartiles(values: Values) -> tuple[float, float]:
    """Of a term; its ends where most arms have one value."""
    low, high = (float(end) for end in np.quantile(values, [0.25, 0.75], method="nearest"))
    return (low, high) if low < high else (float(np.min(values)), float(np.max(values)))


def _follows(values: Values) -> bool:
    """Whether a column is a combination of the others and a constant."""
    scale = np.maximum(np.max(np.abs(values), axis=0), 1e-300)
    design = np.column_stack([np.ones(len(values)), values / scale])
    return bool(np.linalg.matrix_rank(design) < design.shape[1])


def _check_terms(terms: Sequence[str], values: Values) -> None:
    if len(values) < len(terms) + 2 or _follows(values):
        raise ReportError(
            f"the terms of a model must vary over at least {len(terms) + 2} arms, and none follow from the others; got "
            f"{', '.join(terms)} over {len(values)}"
        )
