"""The share of time in which a GPU does nothing, from torch's profiler."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch.profiler import ProfilerActivity, profile

from benchmarks.sides import Setting


def idle_share(epoch: Callable[[], object], wall_s: float, setting: Setting) -> float:
    """Share of an epoch in which no kernel and no copy runs, in [0, 1].

    Args:
        epoch: what is watched; the GPU is at rest before and after it.
        wall_s: seconds of an epoch without the profiler, which slows the host but not the kernels.
        setting: a CUDA device.
    """
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiled:
        epoch()
        setting.settle()
    events: Any = profiled.events()
    # An annotation lies over the gaps between the kernels too.
    on_device = [event for event in events if event.device_type.name == "CUDA" and not event.is_user_annotation]
    spans = [(event.time_range.start, event.time_range.end) for event in on_device]
    return max(0.0, 1 - covered(spans) / 1e6 / wall_s)


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """The length of the union of intervals (start, end)."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total
