"""Relabelled runs claim an effect in about 1 of 20."""

from __future__ import annotations

import numpy as np
import pytest

from gansearch.errors import ReportError
from gansearch.reporting.effects.measure import SUCCESS_RATE
from gansearch.reporting.effects.nulls import claims_among, compared, deal, false_claims, levelled, swap
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.rates import compare_rates
from gansearch.reporting.effects.verdicts import Verdict
from tests.reporting.effects.arms import DISTANCE, arm, drawn, outcomes, values

FEW = Precision(permutations=199, bootstraps=0)


def test_dealing_keeps_every_run_once() -> None:
    sample = drawn("b", np.random.default_rng(0), 28)
    baseline, other = deal(sample, np.random.default_rng(1))
    assert (len(baseline.runs), len(other.runs)) == (20, 8)
    assert sorted(run.key for run in (*baseline.runs, *other.runs)) == sorted(run.key for run in sample.runs)
    assert [run.replicate for run in other.runs] == list(range(8))


def test_swapping_keeps_seeds_together() -> None:
    rng = np.random.default_rng(2)
    one, other = drawn("b", rng, 20), drawn("a", rng, 12)
    found = swap((one, other), rng)
    pairs = zip(*(sample.runs for sample in found), strict=True)
    assert [{a.key, b.key} for a, b in pairs] == [{f"b-{i}", f"a-{i}"} for i in range(12)]
    assert 0 < sum(run.key.startswith("a") for run in found[0].runs) < 12


def test_the_share_of_false_claims_is_no_more_than_five_percent() -> None:
    rng = np.random.default_rng(3)
    pool, baseline = drawn("pool", rng, 28), drawn("b", rng, 20)
    alike = arm("a", [float(x) for x in values(baseline)[:12] * 0.8 * np.exp(0.05 * rng.normal(size=12))])
    found = false_claims(DISTANCE, [pool], [(baseline, alike)], 600, rng=np.random.default_rng(4), precision=FEW)
    assert found.claims.n == 600
    assert found.claims.interval is not None
    assert found.claims.interval.low <= 0.05
    assert found.significant.count >= found.claims.count
    assert found.significant.interval is not None
    assert not found.significant.interval.excludes(0.05)
    assert (found.paired.count > 0, found.by_rank.count) == (True, 0)


def test_with_censored_runs_by_rank() -> None:
    rng = np.random.default_rng(5)
    known: list[float | None] = [float(x) for x in 20 * np.exp(0.2 * rng.normal(size=22))]
    pool = arm("pool", [*known, *[None] * 6])
    found = false_claims(DISTANCE, [pool], [], 300, rng=np.random.default_rng(6), precision=FEW)
    assert found.by_rank.count == 300
    assert found.significant.interval is not None
    assert found.significant.interval.low <= 0.05


def test_the_same_generator_gives_the_same_share() -> None:
    pool = drawn("pool", np.random.default_rng(7), 20)
    made = [false_claims(DISTANCE, [pool], [], 20, rng=np.random.default_rng(8), precision=FEW) for _ in range(2)]
    assert made[0] == made[1]


def test_too_few_runs_to_relabel() -> None:
    small = drawn("a", np.random.default_rng(9), 15)
    with pytest.raises(ReportError, match="needs an arm of 16 runs or two arms with 8 seeds in common; got 1 arms"):
        false_claims(DISTANCE, [small], [], 10, rng=np.random.default_rng(0))


def test_a_large_sample_gives_a_baseline_no_more_than_it_should_have() -> None:
    baseline, other = deal(drawn("b", np.random.default_rng(0), 60), np.random.default_rng(1))
    assert (len(baseline.runs), len(other.runs)) == (20, 8)
    assert not {run.key for run in baseline.runs} & {run.key for run in other.runs}


def test_arms_that_swap_are_brought_to_one_level() -> None:
    rng = np.random.default_rng(2)
    one, other = drawn("b", rng, 20), drawn("a", rng, 12, ratio=0.5)
    baseline, moved = levelled(DISTANCE, (one, other))
    assert [run.replicate for run in baseline.runs] == list(range(12))
    assert np.log(values(moved)).mean() == pytest.approx(np.log(values(baseline)).mean(), abs=1e-12)
    assert np.diff(np.log(values(moved))) == pytest.approx(np.diff(np.log(values(other))), abs=1e-12)


def test_arms_that_truly_differ_do_not_make_false_claims_when_they_swap() -> None:
    rng = np.random.default_rng(10)
    pair = drawn("b", rng, 8, spread=0.1), drawn("a", rng, 8, ratio=0.8, spread=0.1)
    found = false_claims(DISTANCE, [], [pair], 400, rng=np.random.default_rng(11), precision=FEW)
    assert found.claims.interval is not None
    assert found.claims.interval.low <= 0.05


def test_false_claims_of_rates() -> None:
    pool, pair = outcomes("pool", 14, 40), (outcomes("b", 4, 20), outcomes("a", 4, 12))
    found = false_claims(SUCCESS_RATE, [pool], [pair], 1500, rng=np.random.default_rng(12))
    assert (found.claims.n, found.paired.count, found.by_rank.count) == (1500, 0, 0)
    assert found.claims.value == pytest.approx(0.0462, abs=0.017)  # by enumeration; three standard errors


def test_rates_are_compared_by_their_counts() -> None:
    baseline, other = outcomes("b", 5, 20, unknown=3), outcomes("a", 6, 8)
    assert compared(SUCCESS_RATE, baseline, other).p == compare_rates(baseline, other).p


def test_claims_of_trained_null_arms() -> None:
    found = claims_among([Verdict.SUPPORTED, *[Verdict.UNDECIDED] * 30, *[Verdict.EQUIVALENT] * 9])
    assert (found.count, found.n) == (1, 40)
