"""Trained nulls are judged as arms of a study."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gansearch.errors import ReportError
from gansearch.reporting.effects.verdicts import Verdict
from gansearch.reporting.nulls.trained import trained
from gansearch.space import SearchSpace
from tests.reporting.nulls.conftest import MakeRuns


def test_runs_are_cut_into_a_baseline_and_arms(same: SearchSpace, make_runs: MakeRuns) -> None:
    found = trained(same, make_runs(39), measures=["frechet_distance", "success"])
    assert (found.there, found.wanted, found.arms, found.baseline, found.steps) == (39, 36, 2, 20, 390)
    distance, success = found.verdicts
    assert [each.effect.arm.n for each in distance.judged] == [8, 8]
    assert {each.effect.baseline.n for each in success.judged} == {20}
    assert distance.claims(is_corrected=False).n == 2
    assert sum(distance.counted(is_corrected=True).values()) == 2


def test_an_arm_that_does_differ_is_claimed(same: SearchSpace, make_runs: MakeRuns) -> None:
    runs = make_runs(28)
    better = [replace(run, final={**run.final, "frechet_distance": run.final["frechet_distance"] / 3}) for run in runs]
    found = trained(same, [*runs[:20], *better[20:]], measures=["frechet_distance"])
    assert found.verdicts[0].counted(is_corrected=True)[Verdict.SUPPORTED] == 1
    assert found.verdicts[0].claims(is_corrected=True).count == 1


@pytest.mark.parametrize("count", [0, 1, 27])
def test_too_few_runs_make_no_arm(same: SearchSpace, make_runs: MakeRuns, count: int) -> None:
    found = trained(same, make_runs(count))
    assert (found.there, found.arms, found.verdicts) == (count, 0, ())


def test_runs_of_another_configuration_are_refused(same: SearchSpace, make_runs: MakeRuns) -> None:
    runs = [replace(run, settings={**run.settings, "generator.layers": 9}) for run in make_runs(28)]
    with pytest.raises(ReportError, match=r"must have the settings of 'baseline': generator\.layers"):
        trained(same, runs)
