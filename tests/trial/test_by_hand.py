"""Samples from anywhere: measured as at the end of a trial, with what real samples give and why a value is missing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from gansearch.data import Ring
from gansearch.errors import DataError, PluginError
from gansearch.metrics import metrics
from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.views import views
from gansearch.records import Setting
from gansearch.trial.by_hand import Measurement, Places, measure_file

SETTINGS: dict[str, Setting] = {"dataset.name": "ring", "dataset.train_samples": 3000, "dataset.test_samples": 1000}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(None, tmp_path / "cache")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """600 points of another ring."""
    path = tmp_path / "points.npy"
    np.save(path, Ring(seed=3, train_samples=600).load(None).train.values.numpy())
    return path


def measured(file: Path, places: Places, *names: str, with_floors: bool = False) -> Measurement:
    return measure_file(file, SETTINGS, places, names=names or None, with_floors=with_floors)


def test_every_metric_has_a_value_or_a_reason(file: Path, places: Places) -> None:
    found = measured(file, places)
    named = {value.name for value in found.values}
    assert named | set(found.left_out) == set(metrics.names())
    assert not named & set(found.left_out)
    assert all(math.isfinite(value.value) for value in found.values)
    assert found.left_out["threshold_accuracy"].startswith("needs the scores of the trial's discriminator")
    assert found.left_out["duality_gap"].startswith("needs the trial's two players")
    assert found.left_out["batch_correlation"].startswith("needs samples drawn in minibatches")
    assert found.left_out["ms_ssim"] == "needs images"
    assert found.left_out["mean_top_probability"] == "needs a classifier"
    assert found.left_out["ndb"] == "needs at least 10,000 samples; got 600 generated ones"
    assert found.floors == {}


def test_values_are_those_of_the_end_of_a_trial(file: Path, places: Places) -> None:
    found = measured(file, places)
    ring = Ring(train_samples=3000, test_samples=1000).load(None)
    samples = torch.from_numpy(np.load(file))
    at_end = Evaluator(ring, views(ring, places.cache_dir), asked=None).evaluate(samples, "end")
    assert set(at_end) == set(found.values)
    assert {value.protocol.samples for value in found.values} == {600}


def test_a_floor_rests_on_as_many_samples(file: Path, places: Places) -> None:
    found = measured(file, places, "coverage", "frechet_distance", with_floors=True)
    assert [value.name for value in found.values] == ["coverage", "frechet_distance"]
    assert set(found.floors) == {"coverage", "frechet_distance"}
    for value in found.values:
        floor = found.floors[value.name]
        assert floor.protocol == value.protocol
        assert floor.std > 0
        assert abs(value.value - floor.mean) < 8 * floor.std


def test_a_named_metric_that_has_no_value_is_refused(file: Path, places: Places) -> None:
    with pytest.raises(DataError, match="600 samples of this data set can have; ms_ssim needs images; ndb needs at le"):
        measured(file, places, "coverage", "ms_ssim", "ndb")
    with pytest.raises(PluginError, match=r"no metric is called 'recal' \(did you mean 'recall'\?\)"):
        measured(file, places, "recal")


def test_samples_that_are_not_finite_are_counted(tmp_path: Path, places: Places) -> None:
    points = torch.zeros(50, 2)
    points[3], points[7, 0] = torch.nan, torch.inf
    torch.save(points, tmp_path / "bad.pt")
    with pytest.raises(DataError, match=r"must hold finite numbers; got 2 NaN and 1 infinite ones of 100"):
        measured(tmp_path / "bad.pt", places)
