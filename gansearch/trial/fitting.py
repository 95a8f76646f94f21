"""How many lanes fit into memory: an estimate before anything is allocated, and what running out of it has taught."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import torch

from gansearch.data import Data
from gansearch.metrics.evaluator import RUNG_SAMPLES, final_samples
from gansearch.records import Assignment, Setting
from gansearch.space.configuration import resolve
from gansearch.training import Lane
from gansearch.training.memory import LaneMemory, lane_memory
from gansearch.training.pack import SAMPLES_AT_ONCE
from gansearch.trial.context import TrialContext
from gansearch.trial.free_memory import free_memory
from gansearch.trial.grouping import in_pack_order

USABLE: Final = 0.75
"""Share of the free memory that a pack may be planned for; the rest is for what no estimate counts: workspaces of
libraries, gaps between tensors, what other processes take meanwhile."""

_learnt: dict[Hashable, int] = {}
_estimates: dict[Hashable, LaneMemory | None] = {}


def fitting_lanes(memory: LaneMemory, free: int) -> int:
    """The most lanes of a pack that fit into ``free`` bytes; at least 1, since whether one fits is found by trying."""
    return max(1, int(USABLE * free - memory.shared) // max(1, memory.lane))


def most_lanes(assignments: Sequence[Assignment], data: Data, context: TrialContext) -> int | None:
    """The most lanes that a pack of these trials can have, by what was learnt in this process and by estimate.

    Args:
        assignments: of equal signatures.
        data: what they learn.
        context: of the study.

    Returns:
        At least 1; None where nothing speaks against any number.

    Raises:
        PluginError: where a name in the settings is unknown.
        TrainingError: where a setting is unknown or out of its limits.
    """
    largest = in_pack_order(assignments)[0].settings  # where depths differ, the deepest stands first
    bounds = [_learnt.get(_kind(largest, context))]
    free = free_memory(context.device, context.memory_share)
    memory = None if free is None else estimated_memory(largest, data, context)
    if free is not None and memory is not None:
        bounds.append(fitting_lanes(memory, free))
    return min((bound for bound in bounds if bound is not None), default=None)


def remember(settings: Mapping[str, Setting], context: TrialContext, lanes: int) -> None:
    """Keep in mind that more than ``lanes`` lanes of this signature have not fitted."""
    kind = _kind(settings, context)
    _learnt[kind] = max(1, min(lanes, _learnt.get(kind, lanes)))


def estimated_memory(settings: Mapping[str, Setting], data: Data, context: TrialContext) -> LaneMemory | None:
    """What lanes of this structure take, evaluations included; None where it cannot be told without training.

    Raises:
        PluginError: where a name in the settings is unknown.
        TrainingError: where a setting is unknown or out of its limits.
    """
    samples = final_samples(data) if context.final_evaluation else RUNG_SAMPLES
    # Numbers that lanes may differ in are floats, and take the same room whatever they are.
    structure = frozenset((path, value) for path, value in settings.items() if not isinstance(value, float))
    kind = structure, samples, context.device
    if kind not in _estimates:
        _estimates[kind] = _estimate(Lane(resolve(settings), seed=0), data, context.device, samples)
    return _estimates[kind]


def _estimate(lane: Lane, data: Data, device: str, samples: int) -> LaneMemory | None:
    drawn = min(samples, SAMPLES_AT_ONCE)
    try:
        memory = lane_memory(lane, data, device=device, samples=drawn)
    except Exception:  # noqa: BLE001 - a plug-in that needs numbers to run: its packs are tried without an estimate
        return None
    # Further samples are drawn after these; they are held twice while they are put together.
    rest = 2 * (samples - drawn) * data.geometry.numel * torch.float32.itemsize
    return replace(memory, lane=memory.lane + rest)


def _kind(settings: Mapping[str, Setting], context: TrialContext) -> Hashable:
    return context.device, resolve(settings).signature()
