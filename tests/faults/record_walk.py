"""One trial's record read line by line, apart from ``Curve``: what is missing, what is there twice, what was redone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gansearch.curves import Record


@dataclass
class Walk:
    """What the records of one trial say, taken one after the other."""

    attempts: list[int] = field(default_factory=list)
    """Their numbers, in the order in which they began."""
    steps: int = 0
    """Generator updates whose signals are there without a gap."""
    missing: int = 0
    """Updates that were jumped over."""
    recomputed: int = 0
    """Updates that were recorded before an attempt began and that it did again."""
    evaluated: list[tuple[int, int, str, bool]] = field(default_factory=list)
    """Step, epoch, generator, and whether by the protocol of the end."""
    duplicates: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    """What an attempt wrote after its successor had begun, or after its own end."""
    has_ended: bool = False
    _sampled: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, records: Iterable[Record]) -> Walk:
        """Walk through the records of one trial."""
        walk = cls()
        for record in records:
            walk._take(record)
        return walk

    def _take(self, record: Record) -> None:
        said = record.payload
        if record.kind == "attempt":
            self._begin(record.attempt, int(said["from_step"]))
            return
        if record.attempt != self.attempts[-1]:
            self.strays.append(f"{record.kind} of attempt {record.attempt} during attempt {self.attempts[-1]}")
        is_final = record.kind == "evaluation" and bool(said["final"])
        if self.has_ended and not is_final:
            self.strays.append(f"{record.kind} after the end of attempt {record.attempt}")
        if record.kind == "signals":
            self._signals(int(said["first_step"]), said["names"], said["values"])
        elif record.kind == "evaluation":
            done = int(said["step"]), int(said["epoch"]), str(said["generator"]), is_final
            self._once(self.evaluated, done, "evaluation")
        elif record.kind == "samples":
            self._once(self._sampled, (int(said["step"]), int(said["epoch"])), "samples")
        elif record.kind == "end":
            self.has_ended = True

    def _begin(self, attempt: int, step: int) -> None:
        if self.attempts and attempt < self.attempts[-1]:
            self.strays.append(f"attempt {attempt} began after attempt {self.attempts[-1]}")
        self.attempts.append(attempt)
        self.missing += max(0, step - self.steps)
        self.recomputed += max(0, self.steps - step)
        self.steps = step
        self.has_ended = False
        # What was evaluated after the step from which an attempt goes on is done again.
        self.evaluated = [done for done in self.evaluated if done[0] <= step]
        self._sampled = [done for done in self._sampled if done[0] <= step]

    def _signals(self, first: int, names: list[str], values: Mapping[str, Any]) -> None:
        count = len(values[names[0]])
        self.missing += max(0, first - self.steps)
        if first < self.steps:
            self.duplicates.append(f"steps {first} to {min(self.steps, first + count)}")
        self.steps = first + count

    def _once(self, taken: list[Any], key: Any, what: str) -> None:
        if key in taken:
            self.duplicates.append(f"{what} {key}")
        taken.append(key)
