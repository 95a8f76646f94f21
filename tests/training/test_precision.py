"""Precision: which numbers products are taken with, for how long, and where another than fp32 is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from gansearch.data import Data
from gansearch.errors import TrainingError
from gansearch.testing.configurations import tiny_configuration
from gansearch.training import Lane, Pack, TrainingSettings
from gansearch.training.precision import PRECISIONS, at_precision, check_precision

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def flags() -> tuple[str, bool]:
    """Of products and of convolutions."""
    return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32


@pytest.fixture(params=[("highest", False), ("high", True), ("highest", True)], autouse=True)
def before(request: pytest.FixtureRequest) -> Iterator[tuple[str, bool]]:
    """What somebody else has set."""
    original = flags()
    given: tuple[str, bool] = request.param
    torch.set_float32_matmul_precision(given[0])
    torch.backends.cudnn.allow_tf32 = given[1]
    yield given
    torch.set_float32_matmul_precision(original[0])
    torch.backends.cudnn.allow_tf32 = original[1]


# bf16 asks torch for CUDA.
@pytest.mark.parametrize(("precision", "within"), [("fp32", ("highest", False)), ("tf32", ("high", True))])
def test_products_are_taken_as_asked_for_and_then_as_before(
    precision: str, within: tuple[str, bool], before: tuple[str, bool]
) -> None:
    with at_precision(precision, CUDA):
        assert flags() == within
        with at_precision("fp32", CUDA):
            assert flags() == ("highest", False)
        assert flags() == within
    assert flags() == before


@pytest.mark.parametrize("precision", ["fp32", "tf32"])
def test_an_error_leaves_everything_as_before(precision: str, before: tuple[str, bool]) -> None:
    with pytest.raises(ValueError, match="on purpose"), at_precision(precision, CUDA):
        raise ValueError("on purpose")
    assert flags() == before


@pytest.mark.parametrize("precision", PRECISIONS)
def test_nothing_is_touched_on_the_cpu(precision: str, before: tuple[str, bool]) -> None:
    with at_precision(precision, CPU):
        assert flags() == before
        assert not torch.is_autocast_enabled("cpu")
    assert flags() == before


def test_fp32_goes_everywhere_and_the_others_on_cuda() -> None:
    for device in ("cpu", "meta", "cuda"):
        check_precision("fp32", torch.device(device))
    for precision in PRECISIONS:
        check_precision(precision, CUDA)


@pytest.mark.parametrize("precision", ["tf32", "bf16"])
def test_a_pack_on_the_cpu_refuses_reduced_precision(tiny_data: Data, precision: str) -> None:
    tiny = tiny_configuration()
    lane = Lane(replace(tiny, training=replace(tiny.training, precision=precision)), 0)

    with pytest.raises(
        TrainingError, match=rf"training\.precision must be fp32 on this device \(cpu\); got '{precision}', which needs"
    ):
        Pack([lane], tiny_data)


def test_fp32_is_the_default() -> None:
    assert TrainingSettings().precision == PRECISIONS[0] == "fp32"
