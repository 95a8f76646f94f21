"""How fast a device could be: its known peaks, or what it reaches in one large product where they are not known."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import torch

from benchmarks.cases import Case
from benchmarks.sides import Precision, Setting, peer_samples
from benchmarks.work import flops, parameter_bytes, penalty_flops, step_work


@dataclass(frozen=True)
class Peaks:
    """What a device can do at most, without sparsity."""

    flops: Mapping[str, float]
    """Per second, by precision."""
    bytes_per_s: float
    """Of its memory."""
    source: str


def _peaks(fp32: float, tf32: float, bf16: float, terabytes: float, source: str) -> Peaks:
    rates = {"fp32": fp32 * 1e12, "tf32": tf32 * 1e12, "bf16": bf16 * 1e12}
    return Peaks(MappingProxyType(rates), terabytes * 1e12, source)


KNOWN: Final[Mapping[str, Peaks]] = MappingProxyType(
    {
        "NVIDIA H200": _peaks(67, 494, 989, 4.8, "NVIDIA H200 data sheet, SXM, half of its figures with sparsity"),
        "NVIDIA H100 80GB HBM3": _peaks(67, 494, 989, 3.35, "NVIDIA H100 data sheet, SXM, half of those with sparsity"),
        "NVIDIA A100-SXM4-80GB": _peaks(19.5, 156, 312, 2.039, "NVIDIA A100 80GB data sheet, SXM, without sparsity"),
    }
)
"""By the device's name, as torch tells it."""


@dataclass(frozen=True)
class Limit:
    """Lane-steps per second that no program can pass on a device."""

    gflop: float
    """Of one lane's step: what its maths needs, without what a plain loop throws away."""
    by_products: float
    by_memory: float
    """From weights, gradients and Adam's state alone, as if every activation stayed in a cache."""

    @property
    def lane_steps_per_s(self) -> float:
        """The lower one of the two."""
        return min(self.by_products, self.by_memory)


def limit(case: Case, precision: Precision, peaks: Peaks) -> Limit:
    """The limit of one case in one precision."""
    peer, real = case.peer(), peer_samples(case, 1)
    needed = flops(step_work(peer, real, needless=False))
    if case.r1_gamma > 0:
        needed += penalty_flops(peer, real)
    by_memory = peaks.bytes_per_s / parameter_bytes(peer)
    return Limit(needed / 1e9, peaks.flops[precision] / needed, by_memory)


def peaks_of(device: str, *, size: int = 8192) -> Peaks:
    """What is known of the device, else what it reaches in a product of two matrices of ``size`` rows and columns."""
    if device != "cpu":
        known = KNOWN.get(torch.cuda.get_device_name(device))
        if known is not None:
            return known
    precisions: tuple[Precision, ...] = ("fp32",) if device == "cpu" else ("fp32", "tf32", "bf16")
    rates: dict[str, float] = {precision: _product_rate(Setting(device, precision), size) for precision in precisions}
    source = f"measured: products of {size} x {size}, copies of as many numbers"
    return Peaks(MappingProxyType(rates), _copy_rate(Setting(device), size), source)


def _product_rate(setting: Setting, size: int) -> float:
    setting.apply()
    dtype = torch.bfloat16 if setting.precision == "bf16" else torch.float32
    one, other = (torch.randn(size, size, device=setting.device, dtype=dtype) for _ in range(2))
    return 2 * size**3 / _fastest(lambda: one @ other, setting)


def _copy_rate(setting: Setting, size: int) -> float:
    one, other = (torch.randn(size, size, device=setting.device) for _ in range(2))
    return 2 * 4 * size**2 / _fastest(lambda: one.copy_(other), setting)


def _fastest(action: Callable[[], object], setting: Setting, times: int = 5) -> float:
    """Seconds of the fastest of some calls, after one that is not timed."""
    action()
    found: list[float] = []
    for _ in range(times):
        setting.settle()
        started = time.perf_counter()
        action()
        setting.settle()
        found.append(time.perf_counter() - started)
    return min(found)
