"""The figure of an experiment's arms."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image

from gansearch.reporting.effects.permutation import Precision
from gansearch.reporting.experiments.effect_figure import MOST_TICKS, DrawnArm, effect_figure, ticks_between
from gansearch.reporting.experiments.runs import Experiments
from gansearch.reporting.experiments.screening import screened_arms
from tests.reporting.experiments.conftest import MakeExperiments

QUICK = Precision(permutations=199, bootstraps=199)
FOUR, FIVE = "depth/generator.layers=4", "depth/generator.layers=5"


def arms_of(study: Experiments) -> list[DrawnArm]:
    effects = {each.arm: each.effect for each in screened_arms(study, (), {}, QUICK)}
    return [DrawnArm(arm, runs, effects.get(arm)) for arm, runs in study.by_arm.items() if runs]


def near(level: float, count: int) -> list[float]:
    return list(level * np.exp(0.05 * np.random.default_rng(0).standard_normal(count)))


@pytest.mark.parametrize("second", [near(60, 8), near(60, 3), [*near(60, 7), math.inf], [math.inf] * 8])
def test_any_number_of_runs_can_be_drawn(make_experiments: MakeExperiments, second: list[float]) -> None:
    study = make_experiments({"baseline": near(100, 20), FOUR: second, FIVE: near(120, 8)})
    arms = arms_of(study)
    png = effect_figure(arms, arms[0].distances)
    width, height = Image.open(io.BytesIO(png)).size
    assert width == 1200
    assert height == 322
    assert png == effect_figure(arms_of(study), arms[0].distances)


def test_a_better_arm_lies_left_of_a_worse_one(make_experiments: MakeExperiments) -> None:
    study = make_experiments({"baseline": near(100, 20), FOUR: near(60, 8), FIVE: near(150, 8)})
    arms = arms_of(study)
    picture = np.asarray(Image.open(io.BytesIO(effect_figure(arms, arms[0].distances))).convert("RGB")).astype(int)
    is_blue = (np.abs(picture - (0, 114, 178)).max(axis=2) < 12)[:, :780]
    rows, columns = np.nonzero(is_blue)
    middle = (rows.min() + rows.max()) / 2
    assert columns[rows < middle].max() < columns[rows > middle].min()


@pytest.mark.parametrize(("low", "high"), [(0.85, 1.2), (0.02, 40.0), (0.5, 3.0), (0.89, 1.12)])
def test_ticks_are_few_and_have_1_among_them(low: float, high: float) -> None:
    ticks = ticks_between(low, high)
    assert 1.0 in ticks
    assert 2 <= len(ticks) <= MOST_TICKS
    assert all(low <= tick <= high for tick in ticks)
    assert ticks == sorted(ticks)
