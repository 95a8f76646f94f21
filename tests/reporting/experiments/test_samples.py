from __future__ import annotations

import math

import pytest

from gansearch.errors import ReportError
from gansearch.reporting.effects.measure import Scale
from gansearch.reporting.experiments.measures import reading
from gansearch.reporting.experiments.samples import Selection, chosen, sample
from tests.reporting.experiments.conftest import MakeExperiments

DROP = Selection(experiment="drop", where={"generator.dropout": (0.3,)})
FIRST, SECOND = (f"drop/generator.dropout=0.3 discriminator.dropout={value}" for value in ("0", "0.3"))


def test_arms_by_name_and_by_settings(make_experiments: MakeExperiments) -> None:
    study = make_experiments({})
    assert [arm.name for arm in chosen(Selection(("baseline",)), study)] == ["baseline"]
    assert [arm.name for arm in chosen(DROP, study)] == [FIRST, SECOND]
    assert len(chosen(Selection(experiment="drop"), study)) == 4


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(("depth/generator.layers=6",)), r"got 'depth/generator.layers=6' \(did you mean 'depth/generator"),
        (Selection(experiment="width"), r"width has none in arms, whose experiments are depth, drop"),
        (Selection(experiment="drop", where={"generator.dropout": (0.9,)}), r"drop where generator.dropout in 0.9 has"),
    ],
)
def test_what_there_is_not(selection: Selection, said: str, make_experiments: MakeExperiments) -> None:
    with pytest.raises(ReportError, match=said):
        chosen(selection, make_experiments({}))


def test_one_arm_keeps_its_seeds(make_experiments: MakeExperiments) -> None:
    study = make_experiments({"depth/generator.layers=4": [100, math.inf, 300]})
    found = sample(Selection(("depth/generator.layers=4",)), reading("frechet_distance", {}), study)
    assert [(run.key, run.replicate, run.value) for run in found.runs] == [
        ("arms-1-r0", 0, 100),
        ("arms-1-r1", 1, None),
        ("arms-1-r2", 2, 300),
    ]
    assert [run.is_censored for run in found.runs] == [False, True, False]


def test_several_arms_are_one_value_a_seed(make_experiments: MakeExperiments) -> None:
    study = make_experiments({FIRST: [100, 100, 50, 10], SECOND: [400, math.inf, 50]})
    found = sample(DROP, reading("frechet_distance", {}), study)
    assert found.name == "drop where generator.dropout in 0.3"
    assert [run.value for run in found.runs] == [pytest.approx(200), None, pytest.approx(50)]
    assert [run.is_censored for run in found.runs] == [False, True, False]
    assert found.runs[0].key == "arms-3-r0, arms-4-r0"
    classes = sample(DROP, reading("outcome_classes_covered", {}), study)
    assert [run.value for run in classes.runs] == [10, None, 10]


def test_outcomes_are_counted_run_by_run(make_experiments: MakeExperiments) -> None:
    study = make_experiments({"baseline": [100] * 3, FIRST: [100, 900], SECOND: [100, math.inf, 2000]})
    read = reading("success", {})
    assert [run.is_success for run in sample(DROP, read, study).runs] == [True, False, True, False, False]
    found = sample(DROP, reading("finding.discriminator_wins", {}), study)
    assert [run.is_success for run in found.runs] == [False, False, False, True, True]


def test_a_measure_by_its_name() -> None:
    distance, coverage = reading("frechet_distance", {"frechet_distance": 3.0}), reading("coverage", {})
    assert (distance.measure.scale, distance.measure.floor, distance.measure.lower_is_better) == (
        Scale.RATIO,
        3.0,
        True,
    )
    assert (coverage.measure.scale, coverage.measure.margin, coverage.measure.lower_is_better) == (
        Scale.DIFFERENCE,
        0.1,
        False,
    )
    assert reading("outcome_classes_covered", {}).measure.margin == 1.0
    assert reading("success", {}).measure.lower_is_better is False
    assert reading("total_collapse", {}).measure.lower_is_better is True
    with pytest.raises(ReportError, match=r"got 'frechet_distanc' \(did you mean 'frechet_distance'\?\)"):
        reading("frechet_distanc", {})
