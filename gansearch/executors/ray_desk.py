"""Where a worker fetches what it is to do. Its process starts beside the trials', so it imports next to nothing."""

from __future__ import annotations

from dataclasses import dataclass

from gansearch.records import Assignment
from gansearch.trial.answer import Answer


@dataclass(frozen=True)
class Order:
    """What a worker does next."""

    pack: tuple[Assignment, ...] = ()
    """Trials to train together."""
    measured: Assignment | None = None
    """A completed trial to measure by the protocol of the end, where there is no pack."""


@dataclass(frozen=True)
class Told:
    """What a worker is told when it has reported."""

    answer: Answer
    """To its pack."""
    following: Order | None = None
    """What it goes on with where its own order is carried out; None where there is nothing, or not for it."""


class Desk:
    """An actor of the driver's: holds what each worker is told until the worker fetches it."""

    def __init__(self) -> None:
        self._told: dict[str, Told] = {}

    def put(self, worker: str, told: Told) -> None:
        """Leave it for a worker, who goes by the name of its Tune trial."""
        self._told[worker] = told

    def take(self, worker: str) -> Told:
        """Fetch it; it is fetched once."""
        return self._told.pop(worker)
