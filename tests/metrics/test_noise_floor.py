"""Floors of metrics whose sampling error is known, on draws that share nothing with what they are compared with."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from gansearch.data import Data
from gansearch.data.mnist5k import Mnist5k
from gansearch.data.ring import Ring
from gansearch.metrics import noise_floor
from gansearch.metrics.evaluator import Evaluator
from gansearch.metrics.noise_floor import noise_floors
from gansearch.metrics.points import PointsExtractor
from gansearch.metrics.real_draws import draws
from gansearch.metrics.reference import shipped_extractor
from gansearch.records import NoiseFloor


@pytest.fixture(autouse=True)
def a_process_that_knows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise_floor, "_known", {})


@pytest.fixture(scope="module")
def digits() -> Data:
    return Mnist5k().load(None)


def of_ring(*names: str, cache_dir: Path | None = None, **sizes: int) -> Evaluator:
    ring = Ring(**sizes).load(None)
    return Evaluator(ring, {"reference": PointsExtractor(ring.modes, ring.mode_std)}, names, cache_dir=cache_dir)


def test_the_error_of_a_share_is_that_of_the_binomial_distribution() -> None:
    (floor,) = noise_floors(of_ring("high_quality_share", train_samples=50_000), "rung", 50)
    share = 1 - math.exp(-4.5)  # within 3 standard deviations in two dimensions
    assert floor.std == pytest.approx(math.sqrt(share * (1 - share) / 1000), rel=0.3)
    assert floor.mean == pytest.approx(share, abs=4 * floor.std / math.sqrt(50))
    assert (floor.protocol.samples, floor.protocol.real_samples, floor.protocol.real_split) == (1000, 0, "test")
    assert floor.repeats == 50


def test_with_a_test_split_the_protocol_is_that_of_a_trial() -> None:
    evaluator = of_ring("frechet_distance", "coverage")
    found = {floor.metric: floor.protocol for floor in noise_floors(evaluator, "rung", 2)}
    (batch,) = [evaluator.evaluate(evaluator.data.train.batch(torch.arange(1000)))]
    assert found == {value.name: value.protocol for value in batch}


def test_too_few_training_samples_make_smaller_draws() -> None:
    (floor,) = noise_floors(of_ring("frechet_distance", train_samples=640), "rung", 4)
    assert floor.protocol.samples == 320
    assert noise_floors(of_ring("frechet_distance", train_samples=2), "rung", 4) == ()


def test_real_digits_against_other_real_digits(digits: Data) -> None:
    evaluator = Evaluator(digits, {"reference": shipped_extractor()}, ["frechet_distance", "coverage"])
    distance, coverage = noise_floors(evaluator, "rung", 10)
    assert distance.protocol.samples == 1000
    assert distance.protocol.real_samples == 4000
    assert coverage.protocol.real_samples == 1000
    assert distance.mean == pytest.approx(6.1, abs=0.5)
    assert 0 < distance.std < 0.15 * distance.mean
    assert coverage.mean == pytest.approx(0.97, abs=0.01)


def test_what_is_drawn_is_not_among_what_it_is_compared_with(digits: Data) -> None:
    """It would be at a distance of 0."""
    evaluator = Evaluator(digits, {"reference": shipped_extractor()}, ["nearest_training_distance"])
    (floor,) = noise_floors(evaluator, "end", 2)
    assert floor.mean == pytest.approx(1.0, abs=0.1)
    assert floor.protocol.samples + floor.protocol.real_samples == 5000
    assert floor.protocol.real_split == "train"


def test_what_needs_more_than_samples_has_none(digits: Data) -> None:
    evaluator = Evaluator(digits, {"reference": shipped_extractor()}, ["batch_correlation", "threshold_accuracy"])
    assert noise_floors(evaluator, "end", 2) == ()


def test_draws_share_nothing_while_there_are_enough() -> None:
    first, second, third, fourth = draws(9, 3, 4)
    assert sorted(torch.cat([first, second, third]).tolist()) == list(range(9))
    assert len(set(fourth.tolist())) == 3
    assert set(fourth.tolist()) not in (set(first.tolist()), set(second.tolist()), set(third.tolist()))


def test_no_draw_is_what_another_was_compared_with() -> None:
    first, second = (set(places.tolist()) for places in draws(10, 5, 2))
    assert len(first) == len(second) == 5
    assert second not in (first, set(range(10)) - first)


def never(*_: object) -> NoiseFloor:
    raise AssertionError("measured again")


def test_a_floor_that_is_kept_is_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = noise_floors(of_ring("frechet_distance", cache_dir=tmp_path), "rung", 3)
    monkeypatch.setattr(noise_floor, "_known", {})
    monkeypatch.setattr(noise_floor, "_measured", never)
    assert noise_floors(of_ring("frechet_distance", cache_dir=tmp_path), "rung", 3) == kept
    for other in (of_ring("frechet_distance", cache_dir=tmp_path, seed=1), of_ring("recall", cache_dir=tmp_path)):
        with pytest.raises(AssertionError, match="measured again"):
            noise_floors(other, "rung", 3)


@pytest.mark.parametrize("content", [b"", b"[{}]", b"{", b"3"])
def test_a_damaged_file_is_measured_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    kept = noise_floors(of_ring("frechet_distance", cache_dir=tmp_path), "rung", 2)
    (path,) = (tmp_path / "noise").glob("*.json")
    path.write_bytes(content)
    monkeypatch.setattr(noise_floor, "_known", {})
    assert noise_floors(of_ring("frechet_distance", cache_dir=tmp_path), "rung", 2) == kept
