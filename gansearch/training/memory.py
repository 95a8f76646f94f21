"""How much memory a pack will take, found without taking any.

One lane is trained for a step on torch's ``meta`` device, whose tensors have shapes and no numbers, while the bytes of
all tensors alive at once are counted: whatever a network, a trick or its second-order gradient keeps is in the count.
Lanes share the data and nothing else, so that K of them take K times what one takes.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gansearch.data import Data
from gansearch.training.pack import Lane, Pack

_META: Final = torch.device("meta")


@dataclass(frozen=True)
class LaneMemory:
    """Bytes on the device while a pack is trained."""

    shared: int
    """What a pack takes whatever its size: the data."""
    lane: int
    """What each lane takes at the peak of a step, or of drawing samples."""

    def total(self, lanes: int) -> int:
        """Bytes that a pack of so many lanes takes."""
        return self.shared + lanes * self.lane


def lane_memory(lane: Lane, data: Data, *, dtype: torch.dtype = torch.float32, samples: int = 0) -> LaneMemory:
    """What packs of this lane's structure take.

    The data are not read, and nothing is trained. Workspaces of libraries and the gaps between tensors come on top.

    Args:
        lane: what is trained.
        data: what it learns.
        dtype: number format of parameters and samples.
        samples: drawn between two epochs, as an evaluation does; it may take more than a step.
    """
    train = data.train
    shared = train.values.nbytes + train.labels.nbytes
    alive = _Alive()
    shapes = replace(data, train=replace(train, values=train.values.to(_META), labels=train.labels.to(_META)))
    with alive:
        pack = Pack([lane], shapes, device=_META, dtype=dtype)
        pack.rehearse()
        if samples:
            pack.sample(samples, averaged=pack.has_average)
    return LaneMemory(shared, alive.peak)


class _Alive(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of the storages that operations make, for as long as each lives."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.peak = 0
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
            if isinstance(leaf, Tensor) and leaf.device == _META:
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
