"""Random streams of either kind on the CPU, as packs make them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import torch

from gansearch.training.counter_streams import CounterStreams
from gansearch.training.seeded_streams import SeededStreams
from gansearch.training.streams import Streams

S = TypeVar("S", bound=Streams)

KINDS: Final[tuple[type[Streams], ...]] = (SeededStreams, CounterStreams)


def streams_of(kind: type[S], seeds: Sequence[int], dtype: torch.dtype = torch.float32) -> S:
    """The streams of one lane for each seed, at step 0."""
    return kind(seeds, device=torch.device("cpu"), dtype=dtype)


def seeded_streams(*seeds: int, dtype: torch.dtype = torch.float32) -> SeededStreams:
    """Those of a pack on the CPU."""
    return streams_of(SeededStreams, seeds, dtype)
