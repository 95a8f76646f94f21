from __future__ import annotations

import math

import pytest
import torch

from gansearch.data import Data
from gansearch.data._base import FINAL_SAMPLES
from gansearch.data.mnist5k import Mnist5k
from gansearch.data.ring import Ring
from gansearch.errors import DataError, PluginError
from gansearch.metrics.evaluator import Evaluator, final_samples
from gansearch.metrics.pixels import PixelsExtractor
from gansearch.metrics.points import PointsExtractor
from gansearch.metrics.reference import shipped_extractor

OF_IMAGES = {
    "class_divergence",
    "class_share_largest",
    "classes_covered",
    "coverage",
    "density",
    "effective_rank",
    "frechet_distance",
    "inception_score",
    "kernel_distance",
    "mean_top_probability",
    "precision",
    "recall",
    "sample_spread",
}
OF_PLAYERS = {"held_out_score_gap", "score_slope", "steepness"}
"""Measured where a trial has its two networks at hand."""


@pytest.fixture(scope="module")
def digits() -> Data:
    return Mnist5k().load(None)


@pytest.fixture(scope="module")
def evaluator(digits: Data) -> Evaluator:
    return Evaluator(digits, {"reference": shipped_extractor()})


def values(evaluator: Evaluator, samples: torch.Tensor) -> dict[str, float]:
    return {metric.name: metric.value for metric in evaluator.evaluate(samples)}


def test_the_data_decides_what_is_measured(evaluator: Evaluator) -> None:
    assert set(evaluator.names()) == OF_IMAGES | OF_PLAYERS
    assert set(evaluator.names_of_samples()) == OF_IMAGES
    ring = Ring().load(None)
    of_points = Evaluator(ring, {"reference": PointsExtractor(ring.modes, ring.mode_std)}).names()
    of_modes = {"modes_covered", "high_quality_share"}
    assert set(of_points) == OF_IMAGES - {"mean_top_probability"} | of_modes | OF_PLAYERS
    without_modes = Evaluator(ring, {"reference": PointsExtractor(None, None)}).names()
    assert set(without_modes) == {
        "coverage",
        "density",
        "frechet_distance",
        "kernel_distance",
        "precision",
        "recall",
        "sample_spread",
        "effective_rank",
        *OF_PLAYERS,
    }


def test_real_digits_are_good_samples(evaluator: Evaluator, digits: Data) -> None:
    found = values(evaluator, digits.train.batch(torch.arange(1000)))
    assert found["classes_covered"] == 10
    assert found["class_share_largest"] == pytest.approx(0.1, abs=0.02)
    assert found["inception_score"] == pytest.approx(9.8, abs=0.2)
    assert found["mean_top_probability"] == pytest.approx(0.995, abs=0.005)
    assert found["sample_spread"] == pytest.approx(1.0, abs=0.05)
    assert found["precision"] > 0.7
    assert found["coverage"] > 0.9


def test_one_digit_repeated_is_a_collapse(evaluator: Evaluator, digits: Data) -> None:
    found = values(evaluator, digits.train.batch(torch.zeros(1000, dtype=torch.int64)))
    assert (found["classes_covered"], found["class_share_largest"]) == (1, 1)
    assert found["inception_score"] == pytest.approx(1.0, abs=1e-9)
    assert found["recall"] == 0
    assert found["coverage"] < 0.05
    assert found["sample_spread"] == pytest.approx(0.0, abs=1e-6)
    assert found["frechet_distance"] > 100


def test_every_value_carries_its_protocol(evaluator: Evaluator) -> None:
    for metric in evaluator.evaluate(torch.zeros(50, 1, 28, 28)):
        protocol = metric.protocol
        assert (protocol.extractor, protocol.extractor_hash) == ("mnist-cnn", shipped_extractor().hash)
        assert (protocol.samples, protocol.real_split) == (50, "train")
        whole = metric.name in ("class_divergence", "effective_rank", "frechet_distance", "sample_spread")
        matched = metric.name in ("kernel_distance", "precision", "recall", "density", "coverage")
        assert protocol.real_samples == (5000 if whole else 50 if matched else 0)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_samples_that_are_not_finite_are_nan_throughout(evaluator: Evaluator, bad: float) -> None:
    samples = torch.zeros(20, 1, 28, 28)
    samples[3, 0, 5, 5] = bad
    assert all(math.isnan(value) for value in values(evaluator, samples).values())
    assert all(math.isnan(value) for value in values(evaluator, samples[:0]).values())


def test_repeats_to_the_bit(evaluator: Evaluator, digits: Data) -> None:
    samples = digits.train.batch(torch.arange(300)) * 0.9
    again = Evaluator(digits, {"reference": shipped_extractor()})
    assert evaluator.evaluate(samples) == evaluator.evaluate(samples.clone()) == again.evaluate(samples)


def test_real_samples_are_shuffled(tiny_data: Data) -> None:
    """The real side is no prefix of the split, and every image of it is used once."""
    evaluator = Evaluator(tiny_data, {"reference": PixelsExtractor(), "pixels": PixelsExtractor()})
    assert tiny_data.test is not None
    real = evaluator.real.measured("pixels", "whole", 10).features
    split = PixelsExtractor()(tiny_data.test.batch(torch.arange(32))).features
    assert not torch.equal(real, split)
    assert sorted(real.sum(1).tolist()) == pytest.approx(sorted(split.sum(1).tolist()), rel=1e-6)


def test_named_metrics_are_measured_in_their_order(digits: Data) -> None:
    chosen = ("recall", "classes_covered")
    assert Evaluator(digits, {"reference": shipped_extractor()}, chosen).names() == chosen


def test_metrics_that_cannot_be_measured_are_refused(digits: Data) -> None:
    ring = Ring().load(None)
    points = PointsExtractor(ring.modes, ring.mode_std)
    with pytest.raises(DataError, match="modes_covered needs known modes; the data set mnist5k has none"):
        Evaluator(digits, {"reference": shipped_extractor()}, ["modes_covered"])
    with pytest.raises(DataError, match="mean_top_probability needs a classifier; the data set ring has none"):
        Evaluator(ring, {"reference": points}, ["mean_top_probability"])
    with pytest.raises(PluginError, match=r"no metric is called 'recal' \(did you mean 'recall'\?\)"):
        Evaluator(digits, {"reference": shipped_extractor()}, ["recal"])


def test_the_end_has_ten_thousand_samples_or_all(digits: Data, tiny_data: Data) -> None:
    assert final_samples(digits) == 5000
    assert final_samples(tiny_data) == 32
    assert final_samples(Ring(test_samples=20_000).load(None)) == FINAL_SAMPLES
