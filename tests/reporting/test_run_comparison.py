"""What is subtracted, what is not, and what is said beside it."""

from __future__ import annotations

from dataclasses import replace

from gansearch.curves import Curve
from gansearch.records import End, Evaluation, MetricValue, Protocol, Setting, TrialIdentity
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.reporting.run_comparison import compare_runs
from gansearch.reporting.study_comparison import compare_studies
from gansearch.space import SearchSpace, parse_space

PROTOCOL = Protocol("mnist-cnn", "abc", 1000, 5000, "test")
SPACE = """
name: rings
dataset: {name: ring}
training: {epochs: 4, batch_size: 32}
plan: {kind: search, trials: 3, sampler: random, objective: {metric: frechet_distance}}
"""


def space(**changes: object) -> SearchSpace:
    return parse_space(SPACE, "rings.yaml", {key.replace("__", "."): value for key, value in changes.items()})


def run(
    number: int, *distances: float, protocol: Protocol = PROTOCOL, data: str = "d1", **settings: Setting
) -> TrialMaterial:
    evaluations = [
        Evaluation(10 * epoch, epoch, "live", False, (MetricValue("frechet_distance", value, protocol),), 0.1)
        for epoch, value in enumerate(distances, 1)
    ]
    attempt = {"from_step": 0, "lanes": 1, "data": {"checksum": data}}
    return TrialMaterial(
        identity=TrialIdentity("rings", number),
        parameters={},
        settings={"training.epochs": 4, **settings},
        seed=number,
        values=(distances[-1],),
        curve=Curve(evaluations=evaluations, attempts=[attempt]),
        end=End.COMPLETED,
        seconds=1800.0,
    )


def test_the_last_and_the_best_of_each_are_subtracted() -> None:
    found = compare_runs([(run(0, 9.0, 3.0, 4.0, lr=0.1), space()), (run(1, 8.0, 6.0, 2.0, lr=0.2), space())])
    rows = {(row.name, row.moment): row for row in found.metrics}
    assert rows["frechet_distance (mean_last_3)", "objective"].difference == -2.0
    assert (rows["frechet_distance", "last"].values, rows["frechet_distance", "last"].difference) == ((4.0, 2.0), -2.0)
    assert (rows["frechet_distance", "best"].values, rows["frechet_distance", "best"].difference) == ((3.0, 2.0), -1.0)
    assert [(row.path, row.values) for row in found.settings] == [("lr", (0.1, 0.2))]
    assert (found.equal_settings, found.obstacles, found.origins) == (1, (), ())
    assert "(n = 1), seeds differ" in found.caveat


def test_other_protocols_and_other_data_do_not_compare() -> None:
    other = run(1, 2.0, protocol=replace(PROTOCOL, extractor_hash="def"), data="d2")
    found = compare_runs([(run(0, 3.0), space()), (other, space())])
    assert [row.difference for row in found.metrics] == [None] * len(found.metrics)
    assert [obstacle.partition(" (")[0] for obstacle in found.obstacles] == [
        "they were trained on different data",
        "their metrics were measured by different protocols",
    ]
    assert [(row.name, row.values) for row in found.origins] == [("data.checksum", (("d1",), ("d2",)))]


def test_three_runs_stand_beside_each_other_without_differences() -> None:
    found = compare_runs([(run(number, 3.0 + number), space()) for number in range(3)])
    assert {row.difference for row in found.metrics} == {None}
    assert {len(row.values) for row in found.metrics} == {3}


def test_studies_by_their_best_runs() -> None:
    one = StudyMaterial("one", space(), 1, (run(0, 5.0), run(1, 3.0)))
    two = StudyMaterial("two", space(training__epochs=9), 1, (run(0, 2.5, lr=0.3),))
    found = compare_studies([one, two])
    assert found.differences == (-0.5,)
    assert [(each.name, each.hours, dict(each.counts)) for each in found.studies] == [
        ("one", 1.0, {"completed": 2}), ("two", 0.5, {"completed": 1})
    ]  # fmt: skip
    assert [(row.path, row.values) for row in found.space] == [("training.epochs", ("4", "9"))]
    assert [(row.path, row.values) for row in found.best_settings] == [("lr", ("-", "0.3"))]
    empty = compare_studies([one, StudyMaterial("empty", space(), 1, ())])
    assert (empty.differences, empty.obstacles) == ((None,), ("not every study has a completed trial",))
