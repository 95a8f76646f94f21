"""``gansearch measure``: what it says of samples from anywhere, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gansearch.data import Ring
from gansearch.metrics import metrics

Run = Callable[..., Any]
FEW = ("--set", "train_samples=3000", "--set", "dataset.test_samples=1000")


@pytest.fixture
def points(tmp_path: Path) -> str:
    path = tmp_path / "points.npy"
    np.save(path, Ring(seed=3, train_samples=600).load(None).train.values.numpy())
    return str(path)


def test_text_has_a_line_for_every_metric(run: Run, points: str) -> None:
    ended = run("measure", "--dataset", "ring", "--samples", points, *FEW, "--no-noise-floor")

    assert ended.status == 0
    head, table, missing = ended.out.strip().split("\n\n")
    assert head.startswith("600 samples, compared with ring (checksum ")
    lines = [*table.splitlines()[1:], *missing.splitlines()[1:]]
    assert sorted(line.split()[0] for line in lines) == sorted(metrics.names())
    assert "  ms_ssim               needs images" in ended.out


def test_json_has_protocol_and_noise_floor(run: Run, points: str) -> None:
    ended = run("measure", "--dataset", "ring", "--samples", points, *FEW, "--metrics", "frechet_distance", "--json")

    said = json.loads(ended.out)
    (value,) = said["metrics"]
    assert (said["dataset"], said["samples"], said["left_out"]) == ("ring", 600, {})
    assert (value["name"], value["unit"], value["direction"]) == (
        "frechet_distance",
        "squared feature units",
        "minimize",
    )
    protocol = value["protocol"]
    assert (protocol["samples"], protocol["real_samples"], protocol["real_split"]) == (600, 1000, "test")
    assert value["noise_floor"]["protocol"] == protocol
    assert value["value"] < value["noise_floor"]["mean"] + 8 * value["noise_floor"]["std"]
    assert value["noise_floor"]["repeats"] >= 2


def test_text_of_a_floor(run: Run, points: str) -> None:
    ended = run("measure", "--dataset", "ring", "--samples", points, *FEW, "--metrics", "modes_covered,coverage")

    assert "real samples give" in ended.out
    assert [line.split()[0] for line in ended.out.splitlines()[3:]] == ["modes_covered", "coverage"]
    assert "8 +- 0" in ended.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--metrics", "ms_ssim"), "ms_ssim needs images"),
        (("--metrics", "recal"), "did you mean 'recall'?"),
        (("--set", "train_sampels=3"), "did you mean 'train_samples'?"),
        (("--dataset", "rings"), "did you mean 'ring'?"),
        (("--dataset", "mnist5k"), "1x28x28"),
        (("--samples", "nothing.npy"), "nothing.npy"),
    ],
)
def test_what_cannot_be_measured_is_status_1(run: Run, points: str, arguments: tuple[str, ...], told: str) -> None:
    ended = run("measure", "--dataset", "ring", "--samples", points, *arguments)

    assert ended.status == 1
    assert told in ended.err
    assert ended.out == ""
