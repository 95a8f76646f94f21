"""A time at which a benchmark stops by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


class TimeIsUpError(Exception):
    """What is being measured is given up; what was measured before is on disk."""


@dataclass
class Deadline:
    """Stops what it guards before ``minutes`` have passed."""

    minutes: float
    reserve_s: float = 0.0
    """Seconds before the end that belong to what cannot be stopped, as the last row's own end."""
    clock: Callable[[], float] = time.monotonic
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    @property
    def left_s(self) -> float:
        """Seconds that are left; 0 or less when time is up."""
        return self.minutes * 60 - self.reserve_s - (self.clock() - self._started)

    def check(self, needed_s: float = 0.0) -> None:
        """Pass only where ``needed_s`` more seconds are left.

        Raises:
            TimeIsUpError: where they are not.
        """
        if self.left_s <= needed_s:
            raise TimeIsUpError(f"{self.minutes:g} minutes are up")

    def guarded(self, action: Callable[[], object]) -> Callable[[], object]:
        """The same action, which begins only while there is as much time left as it took at the longest."""
        longest_s = 0.0

        def run() -> object:
            nonlocal longest_s
            self.check(longest_s)
            before = self.left_s
            result = action()
            longest_s = max(longest_s, before - self.left_s)
            return result

        return run
