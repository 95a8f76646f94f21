from __future__ import annotations

from dataclasses import replace

import pytest

from gansearch.records import End
from gansearch.reporting.arms_table import arms_table
from gansearch.reporting.document import Table
from gansearch.reporting.facts import what_was_run
from gansearch.reporting.material import StudyMaterial
from gansearch.space import parse_space
from tests.reporting.conftest import MakeTrial

YAML = """
name: arms
dataset: {name: mnist5k}
training: {epochs: 20, evaluate_every: 2}
plan:
  kind: grid
  replicates: 2
  baseline_replicates: 9
  objective: {metric: frechet_distance}
  experiments:
    E4: {grid: {discriminator.layers: [2, 5]}}
    tricks: {arms: {r1: {tricks.gradient_penalty: r1_penalty}, deep: {discriminator.layers: 5}}}
"""


@pytest.fixture
def material(make_trial: MakeTrial) -> StudyMaterial:
    """Nine runs of the baseline, one of another arm and one that collapsed."""
    space = parse_space(YAML, "arms.yaml")
    runs = [(0, value, End.COMPLETED) for value in range(40, 49)] + [(1, 70, End.COMPLETED), (1, 0, End.COLLAPSED)]
    trials = [
        replace(
            make_trial(number, end, value=float(value), replicate=place),
            parameters={"arm": space.arms[number].name},
            settings=space.arms[number].settings,
        )
        for place, (number, value, end) in enumerate(runs)
    ]
    return StudyMaterial("arms", space, 7, tuple(trials))


def test_a_row_per_arm(material: StudyMaterial) -> None:
    table = arms_table(material)
    assert table.headers[-1] == "median `frechet_distance`"
    baseline, e4, r1 = table.rows
    assert baseline[:4] == ("`baseline`", "E4", "-", "9 of 9")
    assert str(baseline[4]).startswith("44 (95 % interval 4")
    assert e4 == ("`E4/discriminator.layers=5`", "E4, tricks", "`discriminator.layers` 5", "1 of 2", "70 (no interval)")
    penalty = "`tricks.gradient_penalty` r1_penalty; `tricks.r1_penalty.every` 1; `tricks.r1_penalty.gamma` 10.0"
    assert r1 == ("`tricks/r1`", "tricks", penalty, "0 of 0", "-")


def test_it_stands_where_searched_ranges_would(material: StudyMaterial) -> None:
    facts, arms = what_was_run(material)
    assert isinstance(facts, Table)
    assert ("replicates per configuration", "2, 9 of the baseline (equal seeds in all)") in facts.rows
    assert arms == arms_table(material)
