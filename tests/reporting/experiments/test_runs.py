from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gansearch.errors import ReportError
from gansearch.records import End, MetricValue
from gansearch.reporting.calibration.outcomes import Outcome
from gansearch.reporting.experiments.runs import experiments, experiments_of_study
from gansearch.reporting.material import StudyMaterial
from gansearch.space import SearchSpace, parse_space
from tests.reporting.conftest import MakeTrial, protocol
from tests.reporting.experiments.conftest import MakeExperiments, recorded


def test_a_success_is_near_the_baseline_s_median(make_experiments: MakeExperiments) -> None:
    found = make_experiments({"baseline": [90, 100, 110], "depth/generator.layers=4": [199, 201, math.inf]})
    deep = found.by_arm["depth/generator.layers=4"]
    assert [run.outcome for run in deep] == [Outcome.SUCCESS, Outcome.OTHER, Outcome.DIVERGED]
    assert [run.is_censored for run in deep] == [False, False, True]
    assert [run.replicate for run in deep] == [0, 1, 2]


def test_what_is_missing_is_counted(make_experiments: MakeExperiments, arms_space: SearchSpace) -> None:
    found = make_experiments({"baseline": [100] * 12, "depth/generator.layers=4": [100] * 8})
    assert "depth/generator.layers=4" not in found.missing
    assert (found.missing["baseline"], found.missing["depth/generator.layers=5"]) == (8, 8)
    assert sum(found.missing.values()) == 20 + 6 * 8 - 20
    assert experiments(arms_space, []).missing["baseline"] == 20


def test_runs_of_other_settings_are_refused(arms_space: SearchSpace) -> None:
    run = recorded(arms_space, 1, 0, 100.0)
    other = replace(run, settings={**run.settings, "generator.layers": 7})
    with pytest.raises(ReportError, match=r"arms-1-r0 must have the settings .* generator.layers = 4; .* with 7"):
        experiments(arms_space, [other])
    with pytest.raises(ReportError, match=r"arms-1-r0 must be of an arm of the space; it was recorded as 'tiny'"):
        experiments(arms_space, [replace(run, parameters={"arm": "tiny"})])


def test_a_plan_without_experiments_is_none() -> None:
    with pytest.raises(ReportError, match=r"a study of arms needs plan.experiments, or an ablation; g has none"):
        experiments(parse_space("name: g\ndataset: {name: ring}\nplan: {kind: grid}\n", "g.yaml"), [])


def test_a_study_s_runs_are_read_like_recorded_ones(make_trial: MakeTrial, arms_space: SearchSpace) -> None:
    ends = [(0, End.COMPLETED, 100.0), (0, End.COMPLETED, 120.0), (1, End.COLLAPSED, 300.0), (1, None, 50.0)]
    trials = [
        replace(
            make_trial(number, end, value=value, replicate=replicate),
            parameters={"arm": arms_space.arms[number].name},
            settings=arms_space.arms[number].settings,
        )
        for replicate, (number, end, value) in enumerate(ends)
    ]
    found = experiments_of_study(StudyMaterial("arms", arms_space, 7, tuple(trials)))
    assert [(run.key, run.arm, run.replicate, run.is_censored) for run in found.runs] == [
        ("digits-0-r0", "baseline", 0, False),
        ("digits-0-r1", "baseline", 1, False),
        ("digits-1-r2", "depth/generator.layers=4", 2, True),
    ]
    assert found.runs[0].final["frechet_distance"] == 100.0
    assert found.runs[2].kinds == {"mode_collapse"}
    assert [run.outcome for run in found.runs] == [None, None, None]  # no second classifier has seen them
    assert found.missing["baseline"] == 18


def test_outcomes_of_a_study_s_runs(make_trial: MakeTrial, arms_space: SearchSpace) -> None:
    arm = arms_space.arms[0]
    trial = replace(make_trial(0, value=100.0, replicate=0), parameters={"arm": arm.name}, settings=arm.settings)
    seen = {"outcome_classes_covered": 10.0, "outcome_share_largest": 0.2}
    last = trial.curve.evaluations[-1]
    more = tuple(MetricValue(name, value, protocol()) for name, value in seen.items())
    trial.curve.evaluations[-1] = replace(last, metrics=(*last.metrics, *more))
    (run,) = experiments_of_study(StudyMaterial("arms", arms_space, 7, (trial,))).runs
    assert run.outcome is Outcome.SUCCESS
