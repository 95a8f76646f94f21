"""What the study keeps about one replicate of a trial: in the trial's user attributes, and while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gansearch.records import End, TrialEnd, to_json, trial_end_from_json
from gansearch.space.plan import Objective
from gansearch.study.objective import Values, is_finite, objective_values

PREFIX = "replicate:"

LOSSES = 3
"""A trial whose worker is lost so often in a row without getting on has failed."""


@dataclass
class Replicate:
    """One run of a trial's configuration."""

    index: int
    attempt: int = 0
    losses: int = 0
    """Of its worker, in a row, without a newer checkpoint in between."""
    driver_losses: int = 0
    """Of its driver while it ran, in a row; they say little about the configuration, and never make it fail."""
    checkpoint_step: int = 0
    """Of the last checkpoint when it was last lost."""
    epoch: int = 0
    seconds: float = 0.0
    """Time that it trained and evaluated, over all attempts; lanes of one pack train at the same time."""
    earlier_s: float = 0.0
    """Of these, those before the attempt that an executor has."""
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
    is_spared: bool = False
    """Whether it was drawn to go on to its end though its detectors would have stopped it."""
    due: float = 0.0
    """Moment of the driver's clock before which it is not begun again."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended for good."""
        return self.end is not None and self.end.end.is_final

    @property
    def pause(self) -> str | None:
        """Why it is to wait at its rung, or does; None where it is not."""
        return self.end.reason if self.end is not None and self.end.end is End.PAUSED else None

    @property
    def key(self) -> str:
        """Of the user attribute."""
        return f"{PREFIX}{self.index}"

    def said(self) -> dict[str, Any]:
        """The user attribute."""
        return {
            "attempt": self.attempt,
            "losses": self.losses,
            "driver_losses": self.driver_losses,
            "checkpoint_step": self.checkpoint_step,
            "epoch": self.epoch,
            "seconds": round(self.seconds, 3),
            "end": None if self.end is None else to_json(self.end),
            "values": None if self.values is None else list(self.values),
        }

    def completed(self, end: TrialEnd, objectives: Sequence[Objective]) -> TrialEnd:
        """Take the value of a run that completed; one whose value is not finite diverged."""
        values = objective_values(self.rungs, self.final, objectives)
        if is_finite(values):
            self.values = values
            return end
        named = ", ".join(f"{said.metric} = {value}" for said, value in zip(objectives, values, strict=True))
        return replace(end, end=End.DIVERGED, reason=f"its objective is not finite: {named}")

    def lost(self, checkpoint_step: int) -> bool:
        """Count a loss of its worker; whether the bound is spent."""
        self._got_on(checkpoint_step)
        self.losses += 1
        return self.losses >= LOSSES

    def driver_lost(self, checkpoint_step: int) -> None:
        """Count a loss of its driver."""
        self._got_on(checkpoint_step)
        self.driver_losses += 1

    def _got_on(self, checkpoint_step: int) -> None:
        """Begin to count anew where there is a newer checkpoint than at the last loss."""
        if checkpoint_step > self.checkpoint_step:
            self.losses = self.driver_losses = 0
        self.checkpoint_step = checkpoint_step


def read_replicates(attributes: Mapping[str, Any], count: int) -> list[Replicate]:
    """The replicates of a trial from its user attributes."""
    return [_read(attributes.get(f"{PREFIX}{index}"), index) for index in range(count)]


def _read(said: Mapping[str, Any] | None, index: int) -> Replicate:
    if said is None:
        return Replicate(index)
    end = None if said["end"] is None else trial_end_from_json(said["end"])
    values = None if said["values"] is None else tuple(said["values"])
    return Replicate(**{**said, "index": index, "end": end, "values": values})
