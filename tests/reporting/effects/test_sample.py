"""What of an arm is used, and what is missing."""

from __future__ import annotations

import math

import pytest

from gansearch.errors import ReportError
from gansearch.reporting.effects.sample import ArmRun, ArmSample, in_pairs, summary
from tests.reporting.effects.arms import arm


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_final_value_is_finite(value: float) -> None:
    with pytest.raises(ReportError, match="s-3: a final value must be finite, or the run censored; got"):
        ArmRun("s-3", 0, value, None)
    assert ArmRun("s-3", 0, value, None, is_censored=True).is_ranked


def test_a_replicate_has_one_run() -> None:
    with pytest.raises(ReportError, match=r"arm a: a replicate must have one run; got several of \[0\]"):
        ArmSample("a", (*arm("a", [1.0]).runs, *arm("b", [1.0]).runs))


def test_pairs_are_of_equal_replicates() -> None:
    one, other = in_pairs(arm("a", [1.0, 2.0, 3.0]).ranked, arm("b", [5.0, 6.0, 7.0], first=1).ranked)
    assert [run.key for run in one] == ["a-1", "a-2"]
    assert [run.key for run in other] == ["b-1", "b-2"]


def test_a_summary_counts_what_is_there() -> None:
    sample = ArmSample("a", (*arm("a", [1.0, None, 3.0]).runs, ArmRun("a-9", 9, None, None)))
    found = summary(sample, sample.ranked, 2.0)
    assert (found.n, found.censored, found.unmeasured, found.missing) == (3, 1, 1, 5)
    assert found.keys == ("a-0", "a-1", "a-2")
