"""``plan.max_active_tricks``: how many tricks a configuration may have on, so that few things change at a time.

A switch that a configuration lacks is off, as under a condition. While a configuration is chosen, the switches that
are left once so many tricks are on are not asked for. Those asked first would be on more often than the others: so a
study asks each trial for a few switches alone, drawn anew. A grid has every combination within the limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gansearch.dimensions import Choice
from gansearch.records import Setting
from gansearch.space.configuration import OFF
from gansearch.space.nodes import Node
from gansearch.space.parameters import Constant, SearchParameter, Violation
from gansearch.space.problems import Problems

KEY = "plan.max_active_tricks"


@dataclass(frozen=True)
class TrickLimit:
    """At most ``most`` tricks are on; None for no limit."""

    most: int | None
    always: tuple[str, ...] = ()
    """Paths of the switches that are on in every trial, or in all that meet a condition."""
    off: Mapping[str, Setting] | None = None
    """The searched switches that can be off, each with the value that means so."""

    @classmethod
    def of(
        cls,
        most: int | None,
        parameters: Sequence[SearchParameter],
        fixed: Mapping[str, Setting],
        constants: Sequence[Constant],
    ) -> TrickLimit:
        """The limit of a space."""
        if most is None:
            return cls(None)
        off = {each.path: value for each in parameters if (value := _off(each)) is not None}
        stuck = [each.path for each in parameters if is_switch(each.path) and each.path not in off]
        lasting = [*fixed.items(), *((each.path, each.value) for each in constants)]
        on = [path for path, value in lasting if is_switch(path) and value not in (False, OFF) and path not in off]
        return cls(most, tuple(dict.fromkeys([*on, *stuck])), off)

    def on(self, chosen: Mapping[str, Setting]) -> tuple[str, ...]:
        """Paths of the switches that are on."""
        searched = [path for path, value in (self.off or {}).items() if path in chosen and chosen[path] != value]
        return (*self.always, *searched)

    def is_full(self, chosen: Mapping[str, Setting]) -> bool:
        """Whether no further trick may be on."""
        return self.most is not None and len(self.on(chosen)) >= self.most

    def leaves_out(self, path: str, chosen: Mapping[str, Setting]) -> bool:
        """Whether the switch at ``path`` is not asked for, because enough tricks are on already."""
        return path in (self.off or {}) and self.is_full(chosen)

    def may_lack(self, path: str) -> bool:
        """Whether a configuration may be without the switch at ``path``, which is then off."""
        return path in (self.off or {})

    def violation(self, chosen: Mapping[str, Setting]) -> Violation | None:
        """What is wrong where too many are on."""
        on = self.on(chosen)
        if self.most is None or len(on) <= self.most:
            return None
        return Violation(KEY, f"must not be exceeded: at most {self.most} tricks may be on", f"{len(on)}: {named(on)}")


def check_limit(plan: Node | None, limit: TrickLimit, problems: Problems) -> None:
    """Refuse a limit below the number of tricks that are on anyway."""
    node = None if plan is None else plan.entries.get(KEY.rpartition(".")[2])
    if node is not None and limit.most is not None and limit.most < len(limit.always):
        problems.add(node, f"must be at least {len(limit.always)}: always on are {named(limit.always)}")


def is_switch(path: str) -> bool:
    """Whether the setting switches a trick, or chooses one in a slot."""
    section, *rest = path.split(".")
    return section == "tricks" and (len(rest) == 1 or rest[1] == "enabled")


def named(switches: Iterable[str]) -> str:
    """Switches by the names of their tricks and slots."""
    return ", ".join(path.split(".")[1] for path in switches)


def _off(parameter: SearchParameter) -> Setting:
    """The value of a searched switch that means off; None where it has none, or is no switch."""
    if not is_switch(parameter.path) or not isinstance(parameter.dimension, Choice):
        return None
    return next((value for value in parameter.dimension.choices if value is False or value == OFF), None)
