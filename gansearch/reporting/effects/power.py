"""The effect that a comparison could have shown, and the runs that would show the margin (Cohen 1988; statsmodels).

An effect is shown when the test is significant *and* the estimate counts (``verdicts.py``). The chance of both follows
from the noncentral t: over all standard errors that a sample may show, the estimate must pass the threshold and the
critical value. Unequal arms have Welch's degrees of freedom (Satterthwaite 1946), as the test has Welch's statistic: 8
runs against 20 have 13, and with Student's 26 an effect that was stated to be found in 80 % was found in 75 to 78 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from scipy import optimize, special, stats
from statsmodels.stats.power import TTestIndPower, TTestPower

from gansearch.reporting.effects.gains import Gains
from gansearch.reporting.statistics import FEWEST, Values

POWER: Final = 0.8
ALPHA: Final = 0.05
MOST_RUNS: Final = 100_000
"""More runs than this per arm are not counted out."""
ERRORS: Final = 4_000
"""Standard errors that a sample may show, at equally likely places, over which the chance is the mean."""
MOST_ERRORS: Final = 1_000
"""A gain of the threshold and so many standard errors is found for certain, at whatever level."""


@dataclass(frozen=True)
class Noise:
    """How much a difference of mean gains varies by chance."""

    deviation: float
    """Standard deviation of one gain, both arms weighed by their sizes; in pairs, that of one difference."""
    n: int
    """Runs of the arm, or pairs."""
    n_baseline: int
    is_paired: bool

    @property
    def error(self) -> float:
        """Standard error of the difference of means."""
        return self.deviation * math.sqrt(1 / self.n + (0 if self.is_paired else 1 / self.n_baseline))

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the test: of pairs one less; else Welch's, for arms of equal spread."""
        if self.is_paired:
            return self.n - 1
        n, m = self.n, self.n_baseline
        return (1 / n + 1 / m) ** 2 / (1 / (n**2 * (n - 1)) + 1 / (m**2 * (m - 1)))


@dataclass(frozen=True)
class Power:
    """What a comparison could have shown."""

    alpha: float
    """The level at which it is tested: .05, or what Holm leaves of it."""
    power: float
    """The probability with which an effect is shown: .8."""
    smallest_visible: float | None
    """The smallest true effect in the arm's favour that is shown, as effects are told on their scale; None where none
    can be: too few relabellings for the level, or a noise floor above the baseline's level."""
    runs_for_margin: int | None
    """Runs that each of two arms (or pairs) needs for a true effect of the margin to be significant; at least 8. None
    above 100,000."""
    runs_for_equivalence: int | None
    """The same, for two equal arms to be shown equivalent."""


def noise(gains: Gains) -> Noise:
    """The noise of the samples at hand, each of at least two runs."""
    n, m = len(gains.arm), len(gains.baseline)
    if gains.is_paired:
        return Noise(float(np.std(gains.arm - gains.baseline, ddof=1)), n, m, is_paired=True)
    error = math.sqrt(float(np.var(gains.arm, ddof=1)) / n + float(np.var(gains.baseline, ddof=1)) / m)
    return Noise(error / math.sqrt(1 / n + 1 / m), n, m, is_paired=False)


def smallest_gain(noise: Noise, threshold: float, alpha: float = ALPHA) -> float:
    """The smallest gain that is shown with 80 % power: significant, and its estimate above ``threshold``."""
    return gain_to_find(POWER, noise, threshold, alpha)


def gain_to_find(chance: float, noise: Noise, threshold: float, alpha: float = ALPHA) -> float:
    """The gain that is shown with that probability, in [.05, 1): the inverse of ``chance_to_find``."""
    if noise.deviation == 0:
        return threshold
    most = threshold + MOST_ERRORS * noise.error

    def above(gain: float) -> float:
        return chance_to_find(gain, noise, threshold, alpha) - chance

    return float(optimize.brentq(above, 0.0, most, xtol=1e-13 * most))


def chance_to_find(gain: float, noise: Noise, threshold: float, alpha: float = ALPHA) -> float:
    """The probability with which a true ``gain`` of the arm is significant, and its estimate above ``threshold``."""
    if noise.deviation == 0:
        return float(gain >= threshold)
    critical = noise.error * _critical_values(noise.freedom, alpha)
    return float(np.mean(special.ndtr((gain - np.maximum(threshold, critical)) / noise.error)))


def runs_to_find(gain: float, noise: Noise, alpha: float = ALPHA) -> int | None:
    """Runs per arm, or pairs, with which ``gain`` is significant at ``alpha`` with 80 % power."""
    return _runs(gain, noise, alpha, POWER, "two-sided")


def runs_to_equate(margin: float, noise: Noise, alpha: float = ALPHA) -> int | None:
    """Runs per arm, or pairs, with which two equal arms pass both one-sided tests against ``margin``, 80 % of the time.

    Each fails with half of the probability with which either does.
    """
    return _runs(margin, noise, alpha, (1 + POWER) / 2, "larger")


@lru_cache(maxsize=256)
def _critical_values(freedom: float, alpha: float) -> Values:
    """The estimates from which on the test is significant, in true standard errors, at equally likely sample errors."""
    shares = (np.arange(ERRORS) + 0.5) / ERRORS
    found = stats.t.ppf(1 - alpha / 2, freedom) * np.sqrt(stats.chi2.ppf(shares, freedom) / freedom)
    return np.asarray(found, dtype=np.float64)


def _runs(gain: float, noise: Noise, alpha: float, power: float, alternative: str) -> int | None:
    """The fewest of 8 to 100,000, by bisection: the classes' own solver leaves its range for effects this large."""
    if noise.deviation == 0:
        return FEWEST
    low, high = FEWEST, MOST_RUNS
    if _reached(gain / noise.deviation, low, noise.is_paired, alpha, alternative) >= power:
        return low
    if _reached(gain / noise.deviation, high, noise.is_paired, alpha, alternative) < power:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if _reached(gain / noise.deviation, middle, noise.is_paired, alpha, alternative) >= power:
            high = middle
        else:
            low = middle
    return high


def _reached(effect: float, n: int, is_paired: bool, alpha: float, alternative: str) -> float:
    """The power of ``n`` runs an arm, or pairs, for an effect in standard deviations."""
    if is_paired:
        found = float(TTestPower().power(effect, n, alpha, alternative=alternative))
    else:
        found = float(TTestIndPower().power(effect, n, alpha, alternative=alternative))
    return 1.0 if math.isnan(found) else found  # the noncentral t leaves its range only where nothing is in doubt
