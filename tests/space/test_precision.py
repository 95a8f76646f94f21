"""A number format that only GPUs have is refused where trials have none."""

from __future__ import annotations

import pytest

from gansearch.errors import SpaceError
from gansearch.space import SearchSpace, parse_space


def read(precision: str, resources: str = "{gpu: 0}") -> SearchSpace:
    head = f"name: small\ndataset: ring\nplan: {{trials: 5}}\nresources: {resources}\n"
    return parse_space(f"{head}training:\n  precision: {precision}\n", "small.yaml")


@pytest.mark.parametrize("precision", ["tf32", "bf16"])
def test_reduced_precision_needs_a_gpu(precision: str) -> None:
    with pytest.raises(SpaceError, match=r"must be fp32 where resources\.gpu is 0") as caught:
        read(precision)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.key, problem.value) == (
        "small.yaml",
        6,
        "training.precision",
        precision,
    )
    assert read(precision, "{gpu: 0.5}").resources.gpu == 0.5


def test_reduced_precision_needs_trials_on_the_gpu() -> None:
    with pytest.raises(SpaceError, match=r"must be fp32 where resources\.device is cpu: tf32 and bf16"):
        read("bf16", "{gpu: 0.5, device: cpu}")


def test_each_choice_is_named() -> None:
    with pytest.raises(SpaceError, match="must be fp32") as caught:
        read("{choice: [fp32, tf32, bf16]}", "{cpu: 2}")
    assert [problem.key for problem in caught.value.problems] == [
        "training.precision.choice[1]",
        "training.precision.choice[2]",
    ]


def test_full_precision_is_for_every_device() -> None:
    assert read("fp32").fixed["training.precision"] == "fp32"
