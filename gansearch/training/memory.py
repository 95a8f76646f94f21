"""How much memory a pack will take, found before it takes any.

Packs of one lane and of two take a step while the bytes of all tensors alive at once are counted: whatever a network, a
trick or its second-order gradient keeps is in the count. What the second lane adds, every further one adds. For an
accelerator this is done on torch's ``meta`` device, whose tensors have shapes and no numbers; for a CPU on the CPU,
since loading what ``meta`` needs takes longer than the steps.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gansearch.data import Data
from gansearch.training.pack import Lane, Pack


@dataclass(frozen=True)
class LaneMemory:
    """Bytes on the device while a pack is trained."""

    shared: int
    """What a pack takes whatever its size: the data, as they are and as networks see them."""
    lane: int
    """What each lane takes at the peak of a step, or of drawing samples."""

    def total(self, lanes: int) -> int:
        """Bytes that a pack of so many lanes takes."""
        return self.shared + lanes * self.lane


def lane_memory(
    lane: Lane,
    data: Data,
    *,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
    samples: int = 0,
) -> LaneMemory:
    """What packs of this lane's structure take. Workspaces of libraries and the gaps between tensors come on top.

    Args:
        lane: what is trained.
        data: what it learns.
        device: where it will be trained.
        dtype: number format of parameters and samples.
        samples: drawn between two epochs, as an evaluation does; it may take more than a step.
    """
    counted_on = torch.device("cpu" if torch.device(device).type == "cpu" else "meta")
    train = data.train
    shapes = replace(data, train=replace(train, values=train.values.to(counted_on), labels=train.labels.to(counted_on)))
    one, two = (_peak([lane] * lanes, shapes, counted_on, dtype, samples) for lanes in (1, 2))
    added = two - one
    return LaneMemory(train.values.nbytes + train.labels.nbytes + one - added, added)


def _peak(lanes: Sequence[Lane], data: Data, device: torch.device, dtype: torch.dtype, samples: int) -> int:
    """Bytes alive at once at most, but for the data themselves, while a pack is made, takes a step and draws."""
    alive = _Alive(device)
    with alive:
        pack = Pack(lanes, data, device=device, dtype=dtype)
        pack.rehearse()
        if samples:
            pack.sample(samples, averaged=pack.has_average)
    return alive.peak


class _Alive(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of the storages that operations make, for as long as each lives."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.peak = 0
        self._device = device
        self._now = 0
        self._known: set[int] = set()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """No compiler runs here; asking it to look away would import it, which takes seconds."""
        return False

    def __torch_dispatch__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        made = function(*args, **(kwargs or {}))
        for leaf in tree_leaves(made):
            if isinstance(leaf, Tensor) and leaf.device.type == self._device.type:
                self._count(leaf.untyped_storage())
        return made

    def _count(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key in self._known:
            return
        self._known.add(key)
        self._now += storage.nbytes()
        self.peak = max(self.peak, self._now)
        weakref.finalize(storage, self._forget(key, storage.nbytes()))

    def _forget(self, key: int, size: int) -> Callable[[], None]:
        def forget() -> None:
            self._known.discard(key)
            self._now -= size

        return forget
