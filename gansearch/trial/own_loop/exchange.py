"""Between the thread in which a user's script runs and the run that records it: reports there, answers back."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor

from gansearch.errors import TrialEnded
from gansearch.records import End
from gansearch.trial.own_loop.random_states import RandomStates
from gansearch.trial.own_loop.signal_buffer import Block


@dataclass(frozen=True, eq=False)
class Told:
    """Signals of some steps; the script does not wait."""

    block: Block


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An evaluation; the script waits for the answer."""

    block: Block | None
    """Signals since the last that were told."""
    step: int
    epoch: int
    samples: Tensor | None
    """float32 [n, *shape] on the CPU; more than a rung needs where the protocol of the end is due too."""
    metrics: dict[str, float]
    """The script's own."""
    random: RandomStates
    """As the script left them."""
    seconds: float
    """That drawing the samples took."""


@dataclass(frozen=True, eq=False)
class Returned:
    """The script is over."""

    block: Block | None
    end: End | None
    """How it failed; None where it returned, or was left by ``TrialEnded``."""
    reason: str


Message: TypeAlias = Told | Evaluated | Returned


class Exchange:
    """Both sides of it."""

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._reason: str | None = None

    # --- the script's side ------------------------------------------------------------------------------------------

    def tell(self, message: Message) -> None:
        """Pass something on without waiting."""
        self._messages.put(message)

    def ask(self, message: Evaluated) -> None:
        """Pass an evaluation on and wait for the answer.

        Raises:
            TrialEnded: where the answer is the end.
        """
        self._messages.put(message)
        self._answers.get()
        self.check()

    def check(self) -> None:
        """Go on, unless the trial has ended.

        Raises:
            TrialEnded: where it has.
        """
        if self._reason is not None:
            raise TrialEnded(self._reason)

    # --- the run's side ---------------------------------------------------------------------------------------------

    def next(self, timeout_s: float) -> Message | None:
        """What the script says next; None where it says nothing for so long."""
        try:
            return self._messages.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def go_on(self) -> None:
        """Answer an evaluation."""
        self._answers.put(None)

    def end(self, reason: str) -> None:
        """Let the script be left at its next report, or at the one in which it waits."""
        self._reason = self._reason or reason
        self._answers.put(None)
