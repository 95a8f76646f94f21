"""What the study keeps about one replicate of a trial: in the trial's user attributes, and while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gansearch.records import TrialEnd, to_json, trial_end_from_json
from gansearch.study.objective import Values

PREFIX = "replicate:"

LOSSES = 3
"""A trial whose worker or driver is lost so often in a row without getting on has failed."""


@dataclass
class Replicate:
    """One run of a trial's configuration."""

    index: int
    attempt: int = 0
    losses: int = 0
    """In a row, without a newer checkpoint in between."""
    checkpoint_step: int = 0
    """Of the last checkpoint when it was last lost."""
    epoch: int = 0
    seconds: float = 0.0
    end: TrialEnd | None = None
    """How it ended, or rests; None while it runs."""
    values: Values | None = None
    """Of the objectives, where it completed."""
    rungs: dict[int, Values] = field(default_factory=dict)
    """Values of the objectives by epoch; not kept here but in the trial's record."""
    final: Values | None = None
    """Values with the protocol of the end, or None."""
    is_out: bool = False
    """Whether an executor has it."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended for good."""
        return self.end is not None and self.end.end.is_final

    @property
    def key(self) -> str:
        """Of the user attribute."""
        return f"{PREFIX}{self.index}"

    def said(self) -> dict[str, Any]:
        """The user attribute."""
        return {
            "attempt": self.attempt,
            "losses": self.losses,
            "checkpoint_step": self.checkpoint_step,
            "epoch": self.epoch,
            "seconds": round(self.seconds, 3),
            "end": None if self.end is None else to_json(self.end),
            "values": None if self.values is None else list(self.values),
        }

    def lost(self, checkpoint_step: int) -> bool:
        """Count a loss; whether the bound is spent."""
        self.losses = 1 if checkpoint_step > self.checkpoint_step else self.losses + 1
        self.checkpoint_step = checkpoint_step
        return self.losses >= LOSSES


def read_replicates(attributes: Mapping[str, Any], count: int) -> list[Replicate]:
    """The replicates of a trial from its user attributes."""
    return [_read(attributes.get(f"{PREFIX}{index}"), index) for index in range(count)]


def _read(said: Mapping[str, Any] | None, index: int) -> Replicate:
    if said is None:
        return Replicate(index)
    end = None if said["end"] is None else trial_end_from_json(said["end"])
    values = None if said["values"] is None else tuple(said["values"])
    return Replicate(**{**said, "index": index, "end": end, "values": values})
