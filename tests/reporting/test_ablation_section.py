"""The section about an ablation, from studies whose every number is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from gansearch.records import End, Setting
from gansearch.reporting.ablation_section import ablation_section
from gansearch.reporting.document import Document, to_markdown
from gansearch.reporting.material import StudyMaterial, TrialMaterial
from gansearch.space import SearchSpace, parse_space
from gansearch.space.arms import ARM
from tests.reporting.conftest import MakeTrial

YAML = """
name: abl
dataset: {name: mnist5k}
training: {epochs: 20, evaluate_every: 2}
generator: {layers: {choice: [3, 4]}}
tricks:
  ema: {choice: [false, true]}
  label_smoothing: {enabled: {choice: [false, true]}, real: 0.9}
  feature_matching: {choice: [false, true]}
plan: {kind: ablation, replicates: 8, baseline_replicates: 10, objective: {metric: frechet_distance}}
"""
Told = Callable[..., str]


def is_on(settings: Mapping[str, Setting], trick: str) -> bool:
    return settings[f"tricks.{trick}.enabled"] is True


def distance(settings: Mapping[str, Setting], noise: float) -> float:
    """Averaging helps; label smoothing harms; more layers help where there is averaging."""
    gain = 0.6 * is_on(settings, "ema") - 0.4 * is_on(settings, "label_smoothing")
    gain += 0.6 * (is_on(settings, "ema") and settings["generator.layers"] == 4)
    return 40 * math.exp(0.08 * noise - gain)


@pytest.fixture
def told(make_trial: MakeTrial) -> Told:
    """The section as markdown, of a study of a design with runs up to a replicate of each arm."""

    def trial(space: SearchSpace, number: int, replicate: int, noise: float, end: End) -> TrialMaterial:
        arm = space.arms[number]
        made = make_trial(number, end, value=distance(arm.settings, noise), replicate=replicate)
        return replace(made, parameters={ARM: arm.name}, settings=arm.settings)

    def tell(design: str, *, runs: int = 20, diverged: int = 0, **changes: object) -> str:
        space = parse_space(YAML, "abl.yaml", {"plan.design": design} | changes)
        rng = np.random.default_rng(3)
        trials = [
            trial(
                space,
                number,
                replicate,
                rng.normal(),
                End.DIVERGED if number == 1 and replicate < diverged else End.COMPLETED,
            )
            for number, arm in enumerate(space.arms)
            for replicate in range(min(runs, space.replicates({ARM: arm.name})))
        ]
        section = ablation_section(StudyMaterial("abl", space, 7, tuple(trials)))
        return to_markdown(Document("abl", [section])).replace("\\", "")

    return tell


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")
    ]


def test_one_factor_at_a_time(told: Told) -> None:
    text = told("one_factor")
    assert "42 of 42 runs are there, of 5 arms and 4 factors. The design is one factor at a time" in text
    assert "screening results and exploratory" in text
    assert "1 better (`ema`), 1 worse (`label_smoothing`)" in text
    assert "Worth fresh seeds" in text
    first, *_, last = rows(text)
    assert (first[0], first[1], first[-1]) == ("`ema`", "`baseline`", "better")
    assert first[2].startswith("-4")
    assert (last[0], last[-1]) == ("`label_smoothing`", "worse")


def test_leave_one_out_says_how_to_read_it(told: Told) -> None:
    text = told("leave_one_out")
    assert "An arm that is worse than the baseline shows that what it lacks helps" in text
    found = {row[0]: row[-1] for row in rows(text)}
    assert found["`without ema`"] == "worse"
    assert found["`without label_smoothing`"] == "better"
    assert found["`generator.layers=3`"] == "worse"


def test_a_whole_factorial_has_main_effects_and_pairs(told: Told) -> None:
    text = told("factorial")
    assert "All 16 combinations of 4 factors are there: no effect is aliased." in text
    found = {row[0]: row[1:] for row in rows(text)}
    assert found["`ema`"][-1] == "better"
    assert found["`label_smoothing`"][-1] == "worse"
    assert found["`generator.layers=4` with `ema`"][-1] == "better together"
    assert found["`feature_matching`"][-1] == "undecided"
    assert "Where a pair is shown, the effect of each of its factors is a mean over two that differ." in text
    assert "All 128 runs of the 8 replicates" in text
    assert "2 runs of other replicates" in text


def test_at_resolution_iv_pairs_are_sums(told: Told) -> None:
    text = told("factorial", **{"plan.resolution": 4})
    assert "8 of 16 combinations, a regular fraction of resolution IV." in text
    assert "which of them it is cannot be known" in text
    found = {row[0]: row[-1] for row in rows(text)}
    assert found["`generator.layers=4` with `ema`, plus `label_smoothing` with `feature_matching`"] == "better in sum"
    assert len(found) == 4 + 3


def test_diverged_runs_leave_ranks(told: Told) -> None:
    text = told("factorial", diverged=2)
    assert "By rank, since runs have no value at their full budget" in text
    assert "2 of them were stopped or diverged." in text
    assert " with " not in "".join(row[0] for row in rows(text))
    assert "diverged" in told("one_factor", diverged=2)


def test_too_few_runs_are_said(told: Told) -> None:
    text = told("factorial", runs=3)
    assert "48 of 130 runs are there" in text
    assert "Every arm has 3 replicates in common: below 8 nothing is tested." in text
    text = told("one_factor", runs=3)
    assert "4 undecided." in text
    assert "8 runs missing" not in text
    assert "runs missing" in text


@pytest.mark.parametrize("design", ["one_factor", "leave_one_out", "factorial"])
def test_without_any_run_it_says_so(told: Told, design: str) -> None:
    text = told(design, runs=0)
    assert " runs are there" in text
    assert text.count("0 of ") >= 1
    assert "no runs" in text or "Nothing can be said yet" in text


def test_a_plan_that_is_no_ablation_has_no_section(make_trial: MakeTrial, space: SearchSpace) -> None:
    assert ablation_section(StudyMaterial("digits", space, 7, (make_trial(),))).blocks == []


def test_the_same_runs_give_the_same_text(told: Told) -> None:
    assert told("factorial") == told("factorial")
