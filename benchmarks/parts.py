"""Where the time of our step goes, by part, from two epochs under torch's profiler.

An operation belongs to the innermost line of gansearch that called it; one of a backward pass belongs where the
operation whose gradient it takes was called. Finding the lines slows the program, so the second epoch, which looks for
none, says how much of the time is the operations' own; the rest is Python's and that of calling them. The parts are
those shares of a step's time without the profiler.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

from torch.profiler import ProfilerActivity, profile

from benchmarks.timing import Action, alternate

PRODUCTS: Final = re.compile(r"^aten::(mm|addmm|bmm|baddbmm|mv|addmv|dot|.*convolution.*)$")
OPERATIONS: Final = (
    (re.compile(r"^aten::(leaky_relu|relu|tanh|elu|gelu|hardtanh|clamp_min|threshold)"), "activations"),
    (re.compile(r"^aten::.*(batch|group|layer)_norm"), "normalisation"),
    (re.compile(r"^aten::mul_?$"), "dropout masks"),
)
"""Parts of a network's operations by their names."""

LINE: Final = re.compile(r"gansearch/([\w/]+\.py)\(\d+\): (\w+)")
REST: Final = "Python and dispatch"

PLACES: Final[Mapping[str, str]] = {
    "keep_mask": "dropout masks",
    "streams": "random numbers",
    "training/batches": "gathering batches",
    "data/": "gathering batches",
    "training/descent/": "optimizer",
    "training/player": "optimizer",
    "training/flat": "gathering gradients",
    "signals": "signals",
    "cross_entropy": "losses",
    "tricks/": "tricks",
    "training/hooks": "tricks",
}
"""Parts by what a line's file or function is called; the first that fits counts."""


class Event(Protocol):
    """What is read of an event of the profiler."""

    name: str
    self_cpu_time_total: float
    """Microseconds."""
    sequence_nr: int
    cpu_parent: Event | None


def parts(epoch: Callable[[], object], steps: int) -> dict[str, float]:
    """Milliseconds of wall time per step by part, the largest first.

    Args:
        epoch: trains ``steps`` steps; it is called five times.
        steps: of an epoch.
    """
    step_ms = alternate({"epoch": Action(epoch, units=steps)}, rounds=3, warm_up=0).wall("epoch").median * 1e3
    placed = by_part(_profiled(epoch, with_stack=True)[0])
    events, wall_us = _profiled(epoch, with_stack=False)
    own = min(1.0, sum(event.self_cpu_time_total for event in _operations(events)) / wall_us)
    found = {name: step_ms * own * us / sum(placed.values()) for name, us in placed.items()}
    found[REST] = step_ms * (1 - own)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _profiled(epoch: Callable[[], object], *, with_stack: bool) -> tuple[list[Event], float]:
    """The events of one epoch, and its wall time in microseconds."""
    with profile(activities=[ProfilerActivity.CPU], with_stack=with_stack) as profiled:
        started = time.perf_counter()
        epoch()
        wall_us = (time.perf_counter() - started) * 1e6
    events: Any = profiled.events()
    return list(events), wall_us


def by_part(events: Iterable[Event]) -> dict[str, float]:
    """Microseconds of the operations themselves, by part."""
    operations = _operations(events)
    forward: dict[int, str] = {}
    for event in operations:
        if event.sequence_nr >= 0 and _backward_node(event) is None:
            forward.setdefault(event.sequence_nr, _called_from(event))
    found: dict[str, float] = defaultdict(float)
    for event in operations:
        node = _backward_node(event)
        place = _called_from(event) if node is None else forward.get(node.sequence_nr, "")
        found[part_of(event.name, place)] += event.self_cpu_time_total
    return dict(found)


def _operations(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if event.name.startswith("aten::")]


def part_of(operation: str, place: str) -> str:
    """The part of an operation called from ``place`` (file and function of gansearch, or nothing)."""
    if PRODUCTS.match(operation) or ": linear" in place:
        return "products"
    for word, part in PLACES.items():
        if word in place:
            return part
    for pattern, part in OPERATIONS:
        if pattern.match(operation) and place.startswith("gan/"):
            return part
    return "other operations"


def _called_from(event: Event) -> str:
    """File and function of the innermost line of gansearch, those of a dropout mask's drawing kept together."""
    lines = [f"{found[1]}: {found[2]}" for each in _ancestors(event) if (found := LINE.search(each.name))]
    masks = [line for line in lines if "keep_mask" in line]
    return (masks or lines or [""])[0]


def _backward_node(event: Event) -> Event | None:
    """The node of the backward pass that an operation belongs to."""
    for each in _ancestors(event):
        if each.name.startswith("autograd::engine::evaluate_function") or each.name.endswith("Backward0"):
            return each
    return None


def _ancestors(event: Event) -> Iterator[Event]:
    parent = event.cpu_parent
    while parent is not None:
        yield parent
        parent = parent.cpu_parent
