"""Moments at which to kill: a phase in the life of a study, how far the study has come by then, and a delay."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Victim: TypeAlias = Literal["driver", "worker"]
Phase: TypeAlias = Literal["start-up", "asking", "training", "checkpointing", "final evaluation", "report"]
MIDDLE: tuple[Phase, ...] = ("asking", "training", "checkpointing")
ENDING: tuple[Phase, ...] = ("final evaluation", "report")
LONGEST_DELAY_S = {
    "start-up": 15.0,
    "asking": 0.02,
    "training": 0.5,
    "checkpointing": 0.01,
    "final evaluation": 2.0,
    "report": 3.0,
}


@dataclass(frozen=True)
class Moment:
    """When to kill whom."""

    victim: Victim
    phase: Phase
    progress: float
    """Share of the planned evaluations that must have been made, 0 to 1; of no meaning at start-up and at the end."""
    delay_s: float
    """From the beginning of the phase."""

    def __str__(self) -> str:
        return f"{self.victim} during {self.phase} (from {self.progress:.0%} on, {self.delay_s:.3f} s later)"


def draw_moments(random_: random.Random, kills: int, victims: Sequence[Victim]) -> list[Moment]:
    """Moments over the whole life of one study, in order: one at start-up, one at the end, the others between."""
    between = [_draw(random_, phase, victims) for phase in random_.choices(("start-up", *MIDDLE), k=kills)]
    first, last = _draw(random_, "start-up", victims), _draw(random_, random_.choice(ENDING), victims)
    middle = sorted(between[: kills - 2], key=lambda moment: moment.progress)
    return [replace(first, progress=0.0), *middle, replace(last, progress=1.0)][:kills]


def _draw(random_: random.Random, phase: Phase, victims: Sequence[Victim]) -> Moment:
    victim = random_.choice(victims) if phase in MIDDLE else "driver"
    return Moment(victim, phase, random_.uniform(0.0, 0.75), random_.uniform(0.0, LONGEST_DELAY_S[phase]))
