"""Maps of two crossed settings."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image

from gansearch.reporting.experiments.grid_map import crossed, grid_map
from gansearch.reporting.experiments.runs import experiments
from gansearch.space import SearchSpace, parse_space
from gansearch.space.arms import Arm
from tests.reporting.experiments.conftest import recorded

YAML = """
name: arms
dataset: {name: mnist5k}
generator: {layers: 3}
plan:
  kind: grid
  replicates: 8
  experiments:
    crossed: {grid: {generator.layers: [10, 3, 5], discriminator.layers: [3, 5, 10, 20]}}
    narrow: {grid: {generator.dropout: [0.3, 0.6], discriminator.dropout: [0.0, 0.3, 0.6]}}
    line: {grid: {generator.layers: [3, 4, 6, 7]}}
"""


@pytest.fixture(scope="module")
def space() -> SearchSpace:
    return parse_space(YAML, "arms.yaml")


def arms_of(space: SearchSpace, name: str) -> list[Arm]:
    return [arm for arm in space.arms if name in arm.experiments]


def test_a_complete_crossing_is_read_generator_down_and_discriminator_across(space: SearchSpace) -> None:
    found = crossed(arms_of(space, "crossed"))
    assert found is not None
    assert (found.rows, found.columns) == ("generator.layers", "discriminator.layers")
    assert found.row_values == (3, 5, 10)
    assert found.column_values == (3, 5, 10, 20)
    assert len(found.arms) == 12
    by_name = {arm.name: arm for arm in space.arms}
    for (row, column), name in found.arms.items():
        assert by_name[name].settings["generator.layers"] == row
        assert by_name[name].settings["discriminator.layers"] == column


def test_what_is_no_crossing_of_two_settings_has_no_map(space: SearchSpace) -> None:
    assert crossed(arms_of(space, "narrow")) is None
    assert crossed(arms_of(space, "line")) is None
    assert crossed(arms_of(space, "crossed")[:-1]) is None
    assert crossed([]) is None


def test_the_map_is_darker_where_the_distance_is_larger(space: SearchSpace) -> None:
    found = crossed(arms_of(space, "crossed"))
    assert found is not None
    numbers = {arm.name: number for number, arm in enumerate(space.arms)}

    def drawn(near: float, far: float) -> bytes:
        cells = {(3, 3): near, (10, 20): far}
        runs = [recorded(space, numbers[found.arms[cell]], 0, value) for cell, value in cells.items()]
        png = grid_map(found, experiments(space, runs))
        assert png is not None
        return png

    picture = np.asarray(Image.open(io.BytesIO(drawn(10.0, 1000.0))).convert("L")).astype(int)
    height, width = picture.shape
    first, last = picture[height // 10, width // 5], picture[int(0.75 * height), int(0.95 * width)]
    assert first - last > 100
    assert drawn(10.0, math.inf) != drawn(10.0, 1000.0)  # a cell that diverged has no colour
    assert drawn(10.0, 1000.0) == drawn(10.0, 1000.0)


def test_without_any_run_there_is_no_map(space: SearchSpace) -> None:
    found = crossed(arms_of(space, "crossed"))
    assert found is not None
    assert grid_map(found, experiments(space, [])) is None
