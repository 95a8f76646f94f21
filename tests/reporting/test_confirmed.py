from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from gansearch.records import End
from gansearch.reporting.confirmed import Confirmed, confirmed
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.effects.verdicts import Verdict
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.space import SearchSpace, parse_space
from gansearch.study.confirms import ConfirmedArm, Confirms
from tests.reporting.conftest import MakeTrial

YAML = """
name: digits-confirmed
dataset: {name: mnist5k}
training: {epochs: 20, evaluate_every: 2}
plan:
  kind: grid
  replicates: 8
  baseline_replicates: 20
  objective: {metric: frechet_distance}
  experiments: {digits: {arms: {trial-3: {generator.layers: 5}, trial-7: {generator.layers: 6}}}}
"""
QUICK = Precision(permutations=499, bootstraps=199)
LINK = Confirms(
    "digits", "id-1", 40, None, (ConfirmedArm("digits/trial-3", 3, 20.0, 1), ConfirmedArm("digits/trial-7", 7, 25.0, 1))
)
BASELINE = [40.0 + 0.3 * run for run in range(20)]
BETTER = [27.0, 26.0, 28.0, 27.5, 26.5, 27.2, 26.8, 27.9]
SAME = [40.0, 43.0, 41.5, 44.0, 42.0, 45.0, 41.0, 43.5]
Ended = float | End | None


def run(make_trial: MakeTrial, space: SearchSpace, arm: int, replicate: int, came_to: Ended) -> TrialMaterial:
    """A run of an arm: with its value, its end, or None where it goes on."""
    end = End.COMPLETED if isinstance(came_to, float) else came_to
    made = make_trial(arm, end, value=came_to if isinstance(came_to, float) else 0.0, replicate=replicate)
    return replace(made, parameters={"arm": space.arms[arm].name}, settings=space.arms[arm].settings)


def study(make_trial: MakeTrial, *arms: Sequence[Ended], changes: dict[str, object] | None = None) -> StudyMaterial:
    space = parse_space(YAML, "confirmed.yaml", changes)
    runs = [
        run(make_trial, space, arm, place, came_to)
        for arm, ended in enumerate(arms)
        for place, came_to in enumerate(ended)
    ]
    return StudyMaterial("digits-confirmed", space, 7, tuple(runs))


def found(make_trial: MakeTrial, *arms: Sequence[Ended], changes: dict[str, object] | None = None) -> Confirmed:
    return confirmed(study(make_trial, *arms, changes=changes), LINK, QUICK)


def test_each_configuration_gets_its_fresh_value_and_a_verdict(make_trial: MakeTrial) -> None:
    said = found(make_trial, BASELINE, BETTER, SAME)
    better, same = said.configurations
    assert [each.judged.verdict for each in said.configurations] == [Verdict.SUPPORTED, Verdict.EQUIVALENT]
    assert better.fresh.median.value == pytest.approx(27.1)
    assert better.fresh.median.interval is not None
    assert better.shrinkage == pytest.approx(27.1 / 20.0 - 1)
    assert same.shrinkage == pytest.approx(42.5 / 25.0 - 1)
    assert better.judged.p_adjusted is not None
    assert better.judged.effect.p is not None
    assert better.judged.p_adjusted == pytest.approx(2 * better.judged.effect.p)
    assert (said.missing, said.measure.scale, said.measure.lower_is_better) == (0, Scale.RATIO, True)


def test_runs_that_are_missing_leave_it_undecided(make_trial: MakeTrial) -> None:
    said = found(make_trial, BASELINE[:4], [*BETTER[:3], None, End.FAILED], [])
    assert [each.judged.verdict for each in said.configurations] == [Verdict.UNDECIDED] * 2
    assert [said.baseline.missing, *(each.fresh.missing for each in said.configurations)] == [16, 5, 8]
    assert math.isnan(said.configurations[1].fresh.median.value)
    assert said.configurations[1].shrinkage is None


def test_a_run_that_was_stopped_is_worse_than_any(make_trial: MakeTrial) -> None:
    mostly = found(make_trial, BASELINE, [*BETTER[:3], *[End.DIVERGED] * 5], SAME).configurations[0]
    assert (mostly.fresh.median.value, mostly.fresh.stopped, mostly.shrinkage) == (math.inf, 5, None)
    assert mostly.judged.verdict is not Verdict.SUPPORTED
    rarely = found(make_trial, BASELINE, [*BETTER[:7], End.COLLAPSED], SAME).configurations[0]
    assert (rarely.fresh.median.value, rarely.fresh.median.n, rarely.fresh.median.interval) == (27.2, 8, None)


def test_where_more_is_better_less_is_worse(make_trial: MakeTrial) -> None:
    changes: dict[str, object] = {"plan.objective": {"metric": "classes_covered"}}
    said = found(make_trial, BASELINE, BETTER, [*SAME[:5], *[End.DIVERGED] * 3], changes=changes)
    assert (said.measure.scale, said.measure.margin, said.measure.lower_is_better) == (Scale.DIFFERENCE, 1.0, False)
    assert said.configurations[0].judged.verdict is Verdict.CONTRADICTED
    assert said.configurations[0].shrinkage == pytest.approx(7.1)
    assert said.configurations[1].fresh.median.value == 40.0


def test_a_distance_that_is_not_above_0_is_compared_by_difference(make_trial: MakeTrial) -> None:
    said = found(make_trial, [0.0, *BASELINE[1:]], BETTER, SAME)
    assert said.measure.scale is Scale.DIFFERENCE
    assert said.measure.margin == pytest.approx(4.15, abs=0.1)
