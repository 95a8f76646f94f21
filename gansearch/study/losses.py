"""What is lost under a run, how it counts, and how long the run waits before it is begun again."""

from __future__ import annotations

from enum import Enum, auto

from gansearch.study.back_off import delay_s
from gansearch.study.replicate import Replicate


class Loss(Enum):
    """What was lost under a run, and so whether the run's configuration may be to blame."""

    WORKER = auto()
    """Counted: so many in a row without getting on are a failure."""
    DRIVER = auto()
    """Counted apart: such runs come last after a resume, and never fail for it."""
    STORAGE = auto()
    """Its records could not be written: not counted."""


def is_spent(replicate: Replicate, loss: Loss, *, checkpoint_step: int, now: float) -> bool:
    """Count a loss, and put the run off where it has a reason to wait; whether the bound is spent.

    Args:
        replicate: the run.
        loss: what was lost.
        checkpoint_step: of its last checkpoint.
        now: seconds of the driver's clock.
    """
    replicate.due = 0.0
    if loss is Loss.DRIVER:
        replicate.driver_lost(checkpoint_step)
        return False
    if loss is Loss.STORAGE:
        replicate.due = now + delay_s(1)
        return False
    spent = replicate.lost(checkpoint_step)
    replicate.due = now + delay_s(replicate.losses)
    return spent
