"""The two sides on one device in one precision: a pack of ours, and the plain loop."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import torch
from torch import Tensor

from benchmarks.cases import Case
from gansearch.training import Pack

Precision: TypeAlias = Literal["fp32", "tf32", "bf16"]


@dataclass(frozen=True)
class Setting:
    """Where and how exactly both sides work out their products."""

    device: str = "cpu"
    precision: Precision = "fp32"

    def apply(self) -> None:
        """Set torch's switches for TensorFloat-32 as the plain loop shall find them; a pack sets its own."""
        torch.set_float32_matmul_precision("high" if self.precision == "tf32" else "highest")
        torch.backends.cudnn.allow_tf32 = self.precision == "tf32"

    def settle(self) -> None:
        """Wait until the device has done what it was given."""
        if self.device != "cpu":
            torch.cuda.synchronize(self.device)


UNTIL_RECORDED: Final = 3
"""Epochs in which every kind of step is recorded and proven on a CPU: a trial has thousands of steps after that."""


def ours(case: Case, steps: int, lanes: int, setting: Setting) -> Pack:
    """A pack whose epochs have ``steps`` steps, and whose steps are recorded as those of a trial soon are."""
    given = case.lanes(lanes, precision=setting.precision)
    pack = Pack(given, case.data(steps), device=setting.device, record_after=1)
    for _ in range(UNTIL_RECORDED):
        pack.train_epoch()
    return pack


def as_it_stands(case: Case, steps: int) -> Pack:
    """A pack of one lane on the CPU whose steps are never recorded, so that each operation is where it was called."""
    return Pack(case.lanes(1), case.data(steps), record_after=sys.maxsize)


def plain(case: Case, steps: int, setting: Setting, *, fused: bool | None = None) -> Callable[[], None]:
    """The plain loop's epoch of ``steps`` steps; its samples lie on the device as floats."""
    setting.apply()
    peer = case.peer(fused=fused, autocast=setting.precision == "bf16", device=setting.device)
    samples = peer_samples(case, steps).to(setting.device)
    return lambda: peer.epoch(samples)


def peer_samples(case: Case, steps: int) -> Tensor:
    """The data of an epoch in the peer's form."""
    train = case.data(steps).train
    return case.as_peer_sees(train.batch(torch.arange(len(train))))
