"""Settings of a space while it is being read: what stands in the file for each, before conditions are joined."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from gansearch.dimensions import Choice, Dimension, Float, Int
from gansearch.records import Facts, Geometry, Setting
from gansearch.space.nodes import Node
from gansearch.space.parameters import Condition


@dataclass(frozen=True)
class Owner:
    """The choice on which a setting depends: it exists where the setting at ``switch`` has one of ``values``."""

    switch: str
    values: tuple[Setting, ...]


@dataclass(frozen=True, eq=False)
class Alternative:
    """One value of a setting that stands for a plug-in, or for facts about it."""

    label: str
    """How messages name it."""
    facts: Facts
    geometry: Geometry | None = None
    """Of a data set: the form of one sample."""
    misfit: Callable[[Geometry], str | None] | None = None
    """Of a network: what samples it needs instead of such ones."""

    @property
    def is_without_classes(self) -> bool:
        """Whether it is a data set that has none."""
        return self.geometry is not None and self.geometry.classes == 0


@dataclass(frozen=True, eq=False)
class Draft:
    """One setting: a value or a dimension, and when it applies."""

    path: str
    node: Node
    """What messages point at."""
    value: Setting | Dimension
    default: Setting = None
    """The plug-in's default."""
    owner: Owner | None = None
    when: Node | None = None
    conditions: tuple[Condition, ...] = ()
    """From ``when`` and from conflicts."""
    otherwise: Mapping[Setting, Setting] = field(default_factory=dict)
    """Value where the conditions do not hold, by the owner's value (by None without an owner)."""
    elsewhere: tuple[Condition, ...] = ()
    """Of a plug-in that follows from another choice: what holds where its conditions do not."""
    alternatives: Mapping[Setting, Alternative] = field(default_factory=dict)
    """The plug-ins that a switch chooses among; of a field, the values that imply facts."""
    is_trick: bool = False
    """Whether it switches tricks, which can be left off where they conflict."""

    @property
    def dimension(self) -> Dimension | None:
        """The dimension where it is searched."""
        return self.value if isinstance(self.value, (Float, Int, Choice)) else None

    @property
    def constant(self) -> Setting:
        """The value where it is fixed.

        Raises:
            TypeError: where it is searched.
        """
        if isinstance(self.value, (Float, Int, Choice)):
            raise TypeError(f"{self.path} must be fixed; got {self.value}")
        return self.value

    @property
    def values(self) -> tuple[Setting, ...]:
        """Every value that it can take, of a fixed one or a choice."""
        if isinstance(self.value, Choice):
            return self.value.choices
        return () if isinstance(self.value, (Float, Int)) else (self.value,)

    def conditions_for(self, values: Collection[Setting]) -> tuple[Condition, ...] | None:
        """What must hold for a choice to have one of ``values``; None where it never has one of them."""
        chosen = tuple(value for value in self.values if value in values)
        falls_back = bool(self.conditions) and any(value in values for value in self.otherwise.values())
        if not chosen:
            return self.elsewhere or None if falls_back else None
        if len(chosen) == len(self.values) and (falls_back or not self.conditions):
            return ()
        if self.dimension is None:
            return self.conditions
        return (Condition(self.path, chosen, or_absent=falls_back),)
