"""What a pack is answered when it reports."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias

from gansearch.records import Assignment, End, LaneReport, TrialIdentity


@dataclass(frozen=True)
class Answer:
    """What the study answers to the reports of one yield."""

    prune: frozenset[TrialIdentity] = frozenset()
    rest: frozenset[TrialIdentity] = frozenset()
    """Trials of any pack that the user has stopped: they write a checkpoint and rest, their neighbours go on."""
    pause: frozenset[TrialIdentity] = frozenset()
    """Trials of the pack that wait at a rung: they do the same, and make room for others."""
    stop: End | None = None
    """Set where every lane must write a checkpoint and rest, with the reason (stopped by the user, budget)."""
    join: tuple[Assignment, ...] = ()
    """Trials of the pack's signature, at their beginning, that take the places of lanes that have ended."""

    def rest_of(self, identity: TrialIdentity) -> End | None:
        """Why a trial must rest now, or None."""
        if identity in self.pause:
            return End.PAUSED
        return End.STOPPED_BY_USER if identity in self.rest else self.stop


GO_ON = Answer()

PackRun: TypeAlias = Generator[list[LaneReport], Answer, None]


def resting_reason(end: End, epoch: int) -> str:
    """Why a trial rests that has been trained for so many epochs, as its record says it."""
    if end is End.PAUSED:
        return f"paused at epoch {epoch}: its value was not yet among those that go on"
    return f"resting at epoch {epoch}, to be resumed"
