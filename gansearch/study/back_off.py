"""How long a run waits after its worker was lost before it is begun again: so that what took it away can pass."""

from __future__ import annotations

from typing import Final

FIRST_S: Final = 1.0
FACTOR: Final = 4.0
LONGEST_S: Final = 60.0


def delay_s(losses: int) -> float:
    """Seconds to wait after the ``losses``-th loss in a row: 1, 4, 16, then 60."""
    return min(LONGEST_S, FIRST_S * FACTOR ** max(0, losses - 1))
