"""A trial that was given a GPU ends badly, with what to do, where torch finds no CUDA."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from gansearch.curves import Curve, read_curve
from gansearch.errors import ExecutorError
from gansearch.records import Assignment, End, LaneReport
from gansearch.space.script import FILE, HASH
from gansearch.storage import Storage
from gansearch.trial.context import TrialContext
from gansearch.trial.device import check_device, is_found
from gansearch.trial.final import evaluate_final
from gansearch.trial.lane_probe import probe_lanes

Make = Callable[..., Assignment]
Drive = Callable[..., list[LaneReport]]
RULE = r"resources\.gpu.* is above 0\) must find CUDA where it runs; got none on .+ --set resources\.device=cpu"


@pytest.fixture(autouse=True)
def no_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without CUDA, whatever it has, on which GPU 1 was given to this process."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")


@pytest.fixture
def on_cuda(context: TrialContext) -> TrialContext:
    return replace(context, device="cuda")


def test_the_cpu_is_always_there() -> None:
    assert is_found("cpu")
    check_device("cpu")


@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_cuda_that_is_not_there_is_told_with_what_to_do(device: str) -> None:
    assert not is_found(device)
    with pytest.raises(ExecutorError, match=RULE):
        check_device(device)


def test_cuda_that_is_there_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    check_device("cuda")


@pytest.mark.parametrize(
    ("given", "said"), [("0,1", "is 0,1 and"), ("", "is empty and"), (None, "is not set and")], ids=str
)
def test_the_gpus_that_were_open_to_the_process_are_named(
    monkeypatch: pytest.MonkeyPatch, given: str | None, said: str
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    if given is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)
    with pytest.raises(ExecutorError, match=f"CUDA_VISIBLE_DEVICES {said} torch"):
        check_device("cuda")


@pytest.mark.parametrize(
    ("built", "said"),
    [(True, "finds no GPU that it can use. Mend its GPU driver,"), (False, "is built without CUDA. Install a build")],
)
def test_a_missing_driver_and_a_wrong_build_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, built: bool, said: str
) -> None:
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: built)
    with pytest.raises(ExecutorError, match=said):
        check_device("cuda")


def test_every_trial_of_a_pack_fails(make: Make, on_cuda: TrialContext, drive: Drive) -> None:
    reports = drive([make(0), make(1)], on_cuda)
    assert [(report.identity.number, report.end.end) for report in reports if report.end is not None] == [
        (0, End.FAILED),
        (1, End.FAILED),
    ]
    for number in range(2):
        end = Curve.of(read_curve(Storage(on_cuda.storage_url), make(number).identity)[0]).end
        assert end is not None
        assert end.end is End.FAILED
        assert "CUDA_VISIBLE_DEVICES is 1" in end.reason


def test_a_script_fails_before_it_is_read(make: Make, on_cuda: TrialContext, drive: Drive) -> None:
    (report,) = drive([make(**{FILE: "absent.py", HASH: "0" * 12})], on_cuda)
    assert report.end is not None
    assert report.end.end is End.FAILED
    assert "must find CUDA" in report.end.reason


def test_a_probe_says_why_packs_have_one_lane(make: Make, on_cuda: TrialContext) -> None:
    table = probe_lanes(make().settings, on_cuda, most=4)
    assert table.lanes == 1
    assert "must find CUDA where it runs" in table.reason


def test_nothing_is_measured_at_the_end(make: Make, on_cuda: TrialContext) -> None:
    with pytest.raises(ExecutorError, match=RULE):
        evaluate_final(make(), on_cuda)
