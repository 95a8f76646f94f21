"""How much a study may use of what running trials spend: hours of driving it, epochs trained."""

from __future__ import annotations

from dataclasses import dataclass

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Budget:
    """Bounds over all launches of a study; None for no bound."""

    hours: float | None
    epochs: int | None

    def spent(self, *, seconds: float, epochs: int) -> str | None:
        """Why running trials must rest now, as a sentence, or None."""
        if self.hours is not None and seconds >= self.hours * SECONDS_PER_HOUR:
            return f"the study's {self.hours:g} hours are spent"
        if self.epochs is not None and epochs >= self.epochs:
            return f"the study's {self.epochs} epochs are spent"
        return None
