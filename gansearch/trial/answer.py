"""What a pack is answered when it reports."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias

from gansearch.records import End, LaneReport, TrialIdentity


@dataclass(frozen=True)
class Answer:
    """What the study answers to the reports of one yield."""

    prune: frozenset[TrialIdentity] = frozenset()
    stop: End | None = None
    """Set where every lane must write a checkpoint and rest, with the reason (stopped by the user, budget)."""


GO_ON = Answer()

PackRun: TypeAlias = Generator[list[LaneReport], Answer, None]
