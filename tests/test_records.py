"""Records: what follows from settings."""

from __future__ import annotations

import json

import pytest

from gansearch.records import NoiseFloor, Protocol, Setting, noise_floor_from_json, reals_seen, to_json


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        ({"training.batch_size": 64}, 6400),
        ({"training.batch_size": 64, "training.d_steps_per_g_step": 5}, 32_000),
        ({"training.batch_size": 64, "training.half_batches": True}, 3200),
        ({"script.file": "train.py"}, None),
    ],
)
def test_reals_seen_in_a_hundred_steps(settings: dict[str, Setting], seen: int | None) -> None:
    assert reals_seen(settings, 100) == seen


def test_a_noise_floor_comes_back_from_its_json() -> None:
    floor = NoiseFloor("recall", Protocol("mnist-cnn", "0a1b2c3d4e5f", 1000, 1000, "test"), 0.94, 0.013, 10)
    assert noise_floor_from_json(json.loads(json.dumps(to_json(floor)))) == floor
