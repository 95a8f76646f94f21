"""The runs that no executor has, begun or not, in the order in which they are offered."""

from __future__ import annotations

import time
from collections.abc import Callable

from gansearch.study.live_trial import LiveTrial
from gansearch.study.racing import Race
from gansearch.study.replicate import Replicate

ALL_AT_ONCE = Race()


def driver_clock() -> float:
    """Seconds of a driver; a replay has a clock of its own."""
    return time.monotonic()


class Ready:
    """A queue from which a run is taken once it need not wait any longer.

    Args:
        clock: seconds.
        race: which replicates wait for what is said of others.
    """

    def __init__(self, clock: Callable[[], float] = driver_clock, race: Race = ALL_AT_ONCE) -> None:
        self._clock = clock
        self._race = race
        self._pairs: list[tuple[LiveTrial, Replicate]] = []
        self.only: int | None = None
        """Number of the one trial whose runs are offered; None for all."""

    def __len__(self) -> int:
        return len(self._offered())

    def add(self, live: LiveTrial, replicate: Replicate) -> None:
        """Offer a run, behind the others."""
        self._pairs.append((live, replicate))

    def take(self) -> tuple[LiveTrial, Replicate] | None:
        """Take the first run that is due; None where none is."""
        now = self._clock()
        for pair in self._offered():
            if pair[1].due <= now and not self._race.is_held(*pair):
                self._pairs.remove(pair)
                return pair
        return None

    def withdraw(self, live: LiveTrial) -> list[Replicate]:
        """Offer none of a trial's runs any more; those that were."""
        withdrawn = [replicate for owner, replicate in self._pairs if owner is live]
        self._pairs = [pair for pair in self._pairs if pair[0] is not live]
        return withdrawn

    def clear(self) -> None:
        """Offer nothing."""
        self._pairs.clear()

    def suspects_last(self) -> None:
        """Put the runs last under which drivers have died again and again, so that the others get their turn."""
        self._pairs.sort(key=lambda pair: pair[1].driver_losses)

    @property
    def due_in_s(self) -> float | None:
        """Seconds until a run can be taken; None where there is none."""
        dues = [pair[1].due for pair in self._offered() if not self._race.is_held(*pair)]
        return max(0.0, min(dues) - self._clock()) if dues else None

    def _offered(self) -> list[tuple[LiveTrial, Replicate]]:
        return [pair for pair in self._pairs if self.only in (None, pair[0].number)]
