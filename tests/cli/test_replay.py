from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gansearch.cli._app import app
from gansearch.curves.corpus_files import write_part
from gansearch.testing.recorded_grids import recorded_grid


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    write_part(folder, recorded_grid(), "a")
    return folder


def test_samplers_and_pruners_beside_each_other(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    asked = ["--sampler", "tpe", "--sampler", "random", "--pruner", "hyperband", "--detectors", "shadow"]
    result = CliRunner().invoke(
        app, ["replay", str(corpus), *asked, "--trials", "10", "--seeds", "6", "--json", str(path)]
    )

    assert result.exit_code == 0, result.output
    assert "18 recorded combinations; searches of 10 trials with 4 simulated workers, 6 seeds" in result.output
    for table in ("regret", "best found after so many trials", "best found by simulated time", "times real time"):
        assert table in result.output
    found = json.loads(path.read_text(encoding="utf-8"))
    assert set(found) == {"tpe, hyperband, shadow", "random, hyperband, shadow"}
    for each in found.values():
        assert len(each) == 6
        assert all(sum(one["ends"].values()) == 10 and one["saved_s"] > 0 for one in each)


def test_an_incomplete_grid_is_refused(tmp_path: Path) -> None:
    write_part(tmp_path, recorded_grid()[1:], "a")
    result = CliRunner().invoke(app, ["replay", str(tmp_path)])

    assert result.exit_code == 1
    assert "the corpus has 17, and lacks generator.layers = 2, optimizer.generator.lr = 0.0001" in str(result.exception)


def test_any_option_of_a_plan_can_be_changed(corpus: Path) -> None:
    pruner = "{name: median, n_startup_trials: 1}"
    asked = ["--pruner", pruner, "--trials", "8", "--seeds", "1", "--workers", "1", "--detectors", "off"]
    result = CliRunner().invoke(
        app, ["replay", str(corpus), *asked, "--set", "plan.objective={metric: frechet_distance, value: best}"]
    )

    assert result.exit_code == 0, result.output
    assert f"tpe, {pruner}, off" in result.output
    assert "pruned" in result.output
