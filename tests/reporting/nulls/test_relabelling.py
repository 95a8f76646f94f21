"""False claims of relabelled runs, by measure and pool."""

from __future__ import annotations

import pytest

from gansearch.errors import ReportError
from gansearch.reporting.nulls.pools import pools
from gansearch.reporting.nulls.relabelling import all_claims, relabelled
from tests.reporting.nulls.conftest import MakeRuns


def test_every_measure_and_pool_is_relabelled(make_runs: MakeRuns) -> None:
    stored = pools([*make_runs(28), *make_runs(16, study="other", seed=1)])
    found = relabelled(stored, {"frechet_distance": 60, "total_collapse": 40}, seed=3)
    assert [(each.measure, each.pool.name, each.rate.claims.n) for each in found] == [
        ("frechet_distance", "same", 30),
        ("frechet_distance", "other", 30),
        ("total_collapse", "same", 20),
        ("total_collapse", "other", 20),
    ]
    assert all_claims(found, "frechet_distance").n == 60
    assert all_claims(found, "frechet_distance").at_least <= 0.05
    assert found == relabelled(stored, {"frechet_distance": 60, "total_collapse": 40}, seed=3)


def test_pairs_swap_values_and_leave_rates_alone(make_runs: MakeRuns) -> None:
    baseline = make_runs(12, study="arms", arm="baseline")
    arm = make_runs(12, study="arms", number=1, arm="a")
    found = relabelled(pools([*baseline, *arm]), {"frechet_distance": 20, "success": 20})
    assert [each.measure for each in found] == ["frechet_distance"]
    assert found[0].rate.paired.value == 1.0  # equal runs


def test_without_runs_there_is_no_share() -> None:
    assert relabelled((), {"frechet_distance": 20}) == ()
    with pytest.raises(ReportError, match="needs relabellings; there are none by coverage"):
        all_claims((), "coverage")


def test_a_measure_that_there_is_not(make_runs: MakeRuns) -> None:
    with pytest.raises(ReportError, match="a measure must be a metric"):
        relabelled(pools(make_runs(16)), {"distance": 10})
