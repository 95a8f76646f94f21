"""What a comparison can show, against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from gansearch.reporting.effects.comparison import compare
from gansearch.reporting.effects.gains import gains, margin_of
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.power import (
    Noise,
    chance_to_find,
    gain_to_find,
    noise,
    runs_to_equate,
    runs_to_find,
    smallest_gain,
)
from gansearch.reporting.effects.sample import ArmSample
from gansearch.reporting.effects.verdicts import Claim, Verdict, judge
from tests.reporting.effects.arms import DISTANCE, arm, drawn, values

MARGIN = margin_of(DISTANCE, Scale.RATIO)
PAIRS = 300


def test_noise_is_the_standard_error_of_the_samples() -> None:
    rng = np.random.default_rng(0)
    found = gains(DISTANCE, drawn("b", rng, 20), drawn("a", rng, 8))
    error = np.sqrt(np.var(found.arm, ddof=1) / 8 + np.var(found.baseline, ddof=1) / 20)
    assert noise(found).error == pytest.approx(error, abs=1e-12)


def test_the_smallest_effect_of_eight_pairs_by_the_noncentral_t() -> None:
    known = Noise(deviation=0.2, n=8, n_baseline=8, is_paired=True)
    found = smallest_gain(known, threshold=0.0) / known.error
    critical = stats.t.ppf(0.975, 7)
    assert stats.nct.sf(critical, 7, found) + stats.nct.cdf(-critical, 7, found) == pytest.approx(0.8, abs=1e-6)


def test_with_many_runs_the_estimate_must_still_count() -> None:
    known = Noise(deviation=0.01, n=100, n_baseline=100, is_paired=False)
    assert smallest_gain(known, MARGIN) == pytest.approx(MARGIN + stats.norm.ppf(0.8) * known.error, abs=1e-12)


@pytest.mark.parametrize("is_paired", [False, True])
@pytest.mark.parametrize("deviation", [0.1, 0.13, 0.2])
def test_the_chance_of_both_conditions_by_simulation(deviation: float, is_paired: bool) -> None:
    """Significant by Welch's t (of pairs, Student's), and the estimate at least the margin."""
    known = Noise(deviation, n=8, n_baseline=8 if is_paired else 20, is_paired=is_paired)
    gain, rng = smallest_gain(known, MARGIN), np.random.default_rng(4)
    ours = rng.normal(gain, deviation, (20_000, 8))
    if is_paired:
        p, estimates = stats.ttest_1samp(ours, 0.0, axis=1).pvalue, ours.mean(axis=1)
    else:
        theirs = rng.normal(0.0, deviation, (20_000, 20))
        p = stats.ttest_ind(ours, theirs, axis=1, equal_var=False).pvalue
        estimates = ours.mean(axis=1) - theirs.mean(axis=1)
    assert np.mean((p <= 0.05) & (estimates >= MARGIN)) == pytest.approx(0.8, abs=0.012)


def test_the_gain_of_a_chance_is_its_inverse() -> None:
    known = Noise(0.2, n=8, n_baseline=20, is_paired=False)
    for chance in (0.2, 0.5, 0.95):
        assert chance_to_find(gain_to_find(chance, known, MARGIN), known, MARGIN) == pytest.approx(chance, abs=1e-9)


def test_without_noise_the_threshold_decides() -> None:
    known = Noise(0.0, n=8, n_baseline=20, is_paired=False)
    assert gain_to_find(0.8, known, MARGIN) == MARGIN
    assert [chance_to_find(gain, known, MARGIN) for gain in (0.5 * MARGIN, MARGIN)] == [0.0, 1.0]


@pytest.mark.parametrize(("n", "m", "freedom"), [(8, 8, 14.0), (8, 20, 12.96)])
def test_degrees_of_freedom_are_welch_s(n: int, m: int, freedom: float) -> None:
    assert Noise(1.0, n, m, is_paired=False).freedom == pytest.approx(freedom, abs=0.01)


@pytest.mark.parametrize(("deviation", "runs"), [(0.2, 58), (0.01, 8), (0.0, 8)])
def test_runs_for_the_margin(deviation: float, runs: int) -> None:
    known = Noise(deviation, n=8, n_baseline=20, is_paired=False)
    assert runs_to_find(MARGIN, known) == runs
    equated = runs_to_equate(MARGIN, known)
    assert equated is not None
    assert runs <= equated <= 1.1 * runs + 1


def test_more_runs_than_anyone_has_are_not_told() -> None:
    assert runs_to_find(1e-5, Noise(1.0, n=8, n_baseline=20, is_paired=False)) is None


def test_a_stricter_level_sees_less() -> None:
    known = Noise(0.2, n=8, n_baseline=20, is_paired=False)
    assert smallest_gain(known, MARGIN, alpha=0.005) > 1.2 * smallest_gain(known, MARGIN)


@pytest.mark.parametrize("is_paired", [False, True])
def test_a_planted_effect_is_found_with_the_stated_power(is_paired: bool) -> None:
    """Effects of the size that the true noise makes visible are "supported" in 80 % of the studies."""
    known = Noise(0.05 if is_paired else 0.2, n=8, n_baseline=20, is_paired=is_paired)
    ratio = float(np.exp(-smallest_gain(known, MARGIN)))
    rng, found = np.random.default_rng(11), 0
    for seed in range(PAIRS):
        baseline = drawn("b", rng, 20)
        other = _beside(baseline, rng, ratio) if is_paired else drawn("a", rng, 8, ratio=ratio)
        effect = compare(DISTANCE, baseline, other, Precision(399, 0, seed))
        found += judge(effect, Claim.BETTER, effect.p) is Verdict.SUPPORTED
    assert found / PAIRS == pytest.approx(0.8, abs=0.07)  # three standard errors of 300 studies


def _beside(baseline: ArmSample, rng: np.random.Generator, ratio: float) -> ArmSample:
    """The first 8 of the baseline times ``ratio``, with a noise of 5 %."""
    return arm("a", [float(x) for x in values(baseline)[:8] * ratio * np.exp(0.05 * rng.normal(size=8))])
