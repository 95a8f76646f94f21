"""The random states that a script may draw from: of Python, numpy and torch, on the CPU and on CUDA."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class RandomStates:
    """All of them at one moment."""

    python: Any
    numpy: Any
    torch: Tensor
    cuda: tuple[Tensor, ...]
    """One for each GPU; none where CUDA has not been used."""

    @classmethod
    def now(cls) -> RandomStates:
        """As they are."""
        cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call]
        return cls(random.getstate(), np.random.get_state(), torch.get_rng_state(), tuple(cuda))

    def set(self) -> None:
        """Make them so again; the GPUs' only where there are as many."""
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        torch.set_rng_state(self.torch)
        if self.cuda and len(self.cuda) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all(list(self.cuda))

    def plain(self) -> dict[str, Any]:
        """As a tree that a checkpoint can hold."""
        kind, keys, *rest = self.numpy
        numpy = (kind, [int(key) for key in keys], *rest)
        return {"python": self.python, "numpy": numpy, "torch": self.torch, "cuda": list(self.cuda)}

    @classmethod
    def of(cls, said: dict[str, Any]) -> RandomStates:
        """From what ``plain`` made of them."""
        kind, keys, *rest = said["numpy"]
        numpy = (kind, np.array(keys, dtype=np.uint32), *rest)
        return cls(said["python"], numpy, said["torch"], tuple(said["cuda"]))


def seed_all(seed: int) -> None:
    """Begin every random state anew."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


@contextmanager
def set_aside(seed: int) -> Iterator[None]:
    """Draw from ``seed`` for a while, and leave every random state as it was."""
    before = RandomStates.now()
    seed_all(seed)
    try:
        yield
    finally:
        before.set()
