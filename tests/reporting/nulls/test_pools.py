"""Which stored runs can be relabelled."""

from __future__ import annotations

from dataclasses import replace

from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.experiments.measures import reading
from gansearch.reporting.nulls.pools import Kind, pools, sample
from tests.reporting.nulls.conftest import MakeRuns


def test_one_configuration_with_16_seeds(make_runs: MakeRuns) -> None:
    (pool,) = pools(make_runs(16))
    assert (pool.name, pool.kind, pool.size) == ("same", Kind.CONFIGURATION, 16)
    assert pools(make_runs(15)) == ()


def test_many_configurations_with_a_seed_each(make_runs: MakeRuns) -> None:
    runs = [replace(run, number=number, replicate=None) for number, run in enumerate(make_runs(20))]
    (pool,) = pools(runs)
    assert (pool.kind, pool.size) == (Kind.MIXTURE, 20)


def test_arms_with_the_seeds_of_a_baseline(make_runs: MakeRuns) -> None:
    baseline = make_runs(20, study="arms", arm="baseline")
    arm, small = make_runs(8, study="arms", number=1, arm="a"), make_runs(7, study="arms", number=2, arm="b")
    dealt, paired = pools([*baseline, *arm, *small])
    assert (dealt.name, dealt.size) == ("arms, baseline", 20)
    assert (paired.kind, len(paired.pairs), paired.size) == (Kind.PAIRS, 1, 28)


def test_success_is_seen_from_the_study_s_own_baseline(make_runs: MakeRuns) -> None:
    near = make_runs(16)
    far = [replace(run, final={**run.final, "frechet_distance": 9.0}) for run in near[:3]]
    (pool,) = pools([*far, *near[3:]])
    assert all(run.outcome is not Outcome.SUCCESS for run in pool.runs[:3])
    assert any(run.outcome is Outcome.SUCCESS for run in pool.runs[3:])


def test_a_sample_numbers_its_runs_or_keeps_their_seeds(make_runs: MakeRuns) -> None:
    (pool,) = pools(make_runs(16))
    read = reading("frechet_distance", {})
    assert [run.replicate for run in sample(pool.runs[8:], read).runs] == list(range(8))
    assert [run.replicate for run in sample(pool.runs[8:], read, keeps_seeds=True).runs] == list(range(8, 16))
    assert sample(pool.runs, read).runs[0].value == pool.runs[0].final["frechet_distance"]


def test_nothing_is_stored() -> None:
    assert pools([]) == ()
