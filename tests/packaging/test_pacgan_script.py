"""The script that trains PacGAN's experiments anew, with a few steps: what it keeps, counts and writes."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from gansearch.data import Mnist5k, grid_centres, scaled
from gansearch.metrics.points import PointsExtractor

SCRIPT = Path(__file__).resolve().parents[2] / "analysis" / "pacgan" / "run.py"
SMALL = ("dataset.train_samples=400", "dataset.test_samples=200", "training.epochs=1", "plan.replicates=1")


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def test_it_keeps_each_run_and_trains_none_again(script: dict[str, Any], tmp_path: Path) -> None:
    kept = {"study": "ring", "arm": "pacgan2", "seed": 0, "steps": 7, "metric": "paper_modes", "value": [4.0]}
    (tmp_path / "data").mkdir()
    pd.DataFrame(kept).to_parquet(tmp_path / "data" / "part-ring-pacgan2-0.parquet")
    script["main"](
        ["--study", "ring", "--out", str(tmp_path), *(word for change in SMALL for word in ("--set", change))]
    )
    frame = pd.read_parquet(tmp_path / "data" / "part-ring-gan-0.parquet")
    assert set(frame.steps) == {2}
    counted = frame.set_index("metric").samples
    assert (counted["paper_modes"], counted["modes_covered"]) == (2_500, 200)
    table = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "| ring | pacgan2 | modes | 4 | 1 | 7 | 7.9 +- .1 of 8 |" in table
    assert table.count("| ring | gan |") == 2


def test_the_table_has_the_mean_and_its_standard_error(script: dict[str, Any]) -> None:
    rows = {"study": "grid", "arm": "gan", "steps": 20, "metric": "paper_modes", "value": [16.0, 17.0, 21.0]}
    # The deviation of 16, 17 and 21 is sqrt(7).
    assert "| grid | gan | modes | 18 +- 1.5 | 3 | 20 | 17.3 +- .8 of 25 |" in script["table_of"](pd.DataFrame(rows))


def test_without_a_name_it_runs_all_studies(script: dict[str, Any]) -> None:
    assert script["parsed"]([]).study is None
    assert script["parsed"](["--study", "grid", "--study", "ring"]).study == ["grid", "ring"]


def test_arms_differ_in_packs_alone(script: dict[str, Any]) -> None:
    for study in script["STUDIES"]:
        gan, pacgan = [run for run in script["runs"](study, {}) if run.seed == 2]
        assert (gan.arm, pacgan.arm) == ("gan", "pacgan2")
        differing = {
            key for key in {**gan.settings, **pacgan.settings} if gan.settings.get(key) != pacgan.settings.get(key)
        }
        assert differing == {"tricks.pacgan.enabled", "tricks.pacgan.samples", "training.half_batches"}


def test_modes_and_high_quality_of_known_points(script: dict[str, Any]) -> None:
    points = grid_centres()[:7].repeat(2, 1)
    points[7:] += 0.2  # four standard deviations in either direction
    values = script["of_points"](PointsExtractor(grid_centres(), 0.05), points)
    assert values == {"modes": 7.0, "high_quality": 50.0}


def test_classes_and_divergence_of_known_triples(script: dict[str, Any]) -> None:
    digits = scaled(Mnist5k().load(None).train.values[:10])
    one_class = digits[[3, 1, 4]].transpose(0, 1).repeat(6, 1, 1, 1)
    other = digits[[2, 7, 1]].transpose(0, 1).repeat(2, 1, 1, 1)
    values = script["of_triples"](torch.cat([one_class, other]))
    assert values["modes"] == 2.0
    expected = 0.75 * math.log(750) + 0.25 * math.log(250)
    assert values["divergence"] == pytest.approx(expected, abs=1e-9)
