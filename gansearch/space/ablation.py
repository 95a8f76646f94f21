"""An ablation: which factors a plan varies, at which levels, and what each arm is to be compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from gansearch.records import Setting

ABLATION: Final = "ablation"
"""The kind of such a plan."""
Design: TypeAlias = Literal["one_factor", "leave_one_out", "factorial"]
ONE_FACTOR: Final = "one_factor"
LEAVE_ONE_OUT: Final = "leave_one_out"
FACTORIAL: Final = "factorial"


@dataclass(frozen=True)
class Factor:
    """A searched value of the space."""

    path: str
    levels: tuple[Setting, ...]
    """All of them, in the order of the file; two in a factorial, and where one factor is left out."""
    baseline: Setting
    """The level that it has in the baseline, wherever it is asked for there."""

    @property
    def others(self) -> tuple[Setting, ...]:
        """Every level but the baseline's."""
        return tuple(level for level in self.levels if level != self.baseline)


@dataclass(frozen=True)
class Contrast:
    """One factor at one other level: what an arm is there to show."""

    arm: str
    """Its name among the arms of the space."""
    factor: str
    level: Setting
    against: str
    """The arm that differs in this factor alone: the baseline; of a trick's field, the arm that has the trick on."""


@dataclass(frozen=True)
class Ablation:
    """What a plan of the kind ``ablation`` comes to, beside its arms."""

    design: Design
    resolution: int | None = None
    """That a fraction must have at least; None for every other design."""
    factors: tuple[Factor, ...] = ()
    """Switches before the fields that depend on them."""
    contrasts: tuple[Contrast, ...] = ()
    """Of every design but ``factorial``, whose arms are compared all together."""
