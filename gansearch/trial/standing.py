"""How a trial stands by its own record: not begun, over, or to be gone on with."""

from __future__ import annotations

from dataclasses import dataclass

from gansearch.curves import Curve, read_curve
from gansearch.records import Assignment, TrialEnd, TrialIdentity
from gansearch.storage import Storage
from gansearch.trial.checkpoints import saved_step


@dataclass(frozen=True)
class Standing:
    """What a trial's record says last."""

    attempt: int | None
    """The newest one; None where none has begun."""
    end: TrialEnd | None
    """Of the newest attempt; None where it has none: it runs, or was killed."""
    epoch: int
    """Epochs up to the end, or to the last evaluation."""
    seconds: float
    """Time that all attempts took."""

    @property
    def has_begun(self) -> bool:
        """Whether anything was ever recorded."""
        return self.attempt is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.end is not None and self.end.end.is_final

    @property
    def next_attempt(self) -> int:
        """Number of the attempt that goes on with it."""
        return 0 if self.attempt is None else self.attempt + 1


def standing(storage: Storage, identity: TrialIdentity) -> Standing:
    """How the trial stands.

    Raises:
        CorruptFileError: where its record is damaged.
    """
    curve = Curve.of(read_curve(storage, identity)[0])
    epochs = [done.epoch for done in curve.evaluations]
    return Standing(
        attempt=curve.attempt,
        end=curve.end,
        epoch=max([0 if curve.end is None else curve.end.epoch, *epochs]),
        seconds=curve.seconds,
    )


def start_step(storage: Storage, assignment: Assignment) -> int:
    """The step at which the trial's next attempt starts: that of its checkpoint, or 0.

    Raises:
        CorruptFileError: where its record is damaged.
    """
    return 0 if assignment.attempt == 0 else saved_step(storage, assignment.identity)
