"""Derives conditions from the facts that plug-ins state about themselves: what can be sampled can be trained.

Two sides of a conflict are two switches, or fields whose values imply facts, each with the values that bring the
conflict. Where both always do, the space is refused. Where a trick meets something that is always there, the trick's
value is taken out of its choice. Where neither is always there, the later trick is only asked for where the other side
is absent. Plug-ins that every trial has, as its loss, cannot be left off: ``dividing`` sees to those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from gansearch.dimensions import Choice
from gansearch.records import Setting
from gansearch.space.conflict_rules import CONFLICTS, Conflict, Property, with_own_classes
from gansearch.space.dividing import Misfits, Pair, divide
from gansearch.space.drafts import Draft
from gansearch.space.parameters import Condition
from gansearch.space.problems import Problems


@dataclass(frozen=True)
class _Side:
    """A setting and those of its values that bring a conflict."""

    index: int
    values: tuple[Setting, ...]
    is_otherwise: bool = False
    """Whether the conflict is also there where the setting's conditions do not hold."""
    label: str | None = None
    """How messages name it; None for the labels of its values."""


def separate(drafts: Sequence[Draft], problems: Problems) -> tuple[list[Draft], list[str]]:
    """The drafts without conflicting combinations, and a sentence for each value that had to be taken out."""
    separated, notes = with_own_classes(drafts), list[str]()
    lasting = {index for index, draft in enumerate(separated) if _is_for_every_trial(draft)}
    divide(separated, _misfits(separated, lasting), problems, notes)
    for conflict in CONFLICTS:
        for one, other in _meetings(separated, conflict):
            if not {one.index, other.index} <= lasting:
                _Pair(separated, conflict.reason, problems, notes).part(one, other)
    return separated, notes


def _meetings(drafts: Sequence[Draft], conflict: Conflict) -> Iterator[tuple[_Side, _Side]]:
    """The two sides of a conflict wherever it may arise; of one that is symmetric the later setting has the need."""
    ones = list(_sides(drafts, conflict.one))
    others = list(_sides(drafts, conflict.other)) if ones else []
    for one, other in product(ones, others):
        if one.index > other.index if conflict.is_symmetric else one.index != other.index:
            yield one, other


def _misfits(drafts: Sequence[Draft], lasting: set[int]) -> list[Misfits]:
    """Which values of the choices that no trial goes without must not stand together."""
    found: dict[tuple[int, int], dict[Pair, str]] = {}
    for conflict in CONFLICTS:
        for one, other in _meetings(drafts, conflict):
            if not {one.index, other.index} <= lasting:
                continue
            for mine, its in product(one.values, other.values):
                rule = _rule(_label(drafts, one, mine), _label(drafts, other, its), conflict.reason)
                is_turned = one.index > other.index
                key = (other.index, one.index) if is_turned else (one.index, other.index)
                found.setdefault(key, {}).setdefault((its, mine) if is_turned else (mine, its), rule)
    return [Misfits(first, second, rules) for (first, second), rules in sorted(found.items())]


def _is_for_every_trial(draft: Draft) -> bool:
    """Whether it chooses a plug-in, or a source of labels, that no trial goes without."""
    return draft.owner is None and not draft.is_trick and bool(draft.alternatives) and not draft.conditions


def _rule(one: str, other: str, reason: str) -> str:
    return f"must not meet: {one} {reason.format(other=other)}"


def _label(drafts: Sequence[Draft], side: _Side, *values: Setting) -> str:
    """How messages name a side, or some of its values."""
    if side.label is not None:
        return side.label
    draft = drafts[side.index]
    return " or ".join(draft.alternatives[value].label for value in values or side.values) or draft.path


def _sides(drafts: Sequence[Draft], has: Property) -> Iterator[_Side]:
    for index, draft in enumerate(drafts):
        if not draft.alternatives:
            continue  # most settings bring nothing
        found = [value for value, alternative in draft.alternatives.items() if has(draft.path, alternative)]
        values = tuple(value for value in found if value in draft.values)
        is_otherwise = bool(draft.conditions) and any(value in found for value in draft.otherwise.values())
        if values or is_otherwise:
            yield _settled(drafts, _Side(index, values, is_otherwise))


def _settled(drafts: Sequence[Draft], side: _Side) -> _Side:
    """The side itself, or that of the switch to which it belongs.

    A field brings a conflict whenever its plug-in is chosen, unless it is searched and can avoid it. What a trick's
    field brings always counts as brought by the trick, since a trick is what can be left off.
    """
    draft = drafts[side.index]
    if draft.owner is None:
        return side
    owner = draft.owner
    index = next(index for index, each in enumerate(drafts) if each.path == owner.switch)
    switch = drafts[index]
    is_avoidable = len(side.values) < len(draft.values) or (bool(draft.conditions) and not side.is_otherwise)
    if is_avoidable and not switch.is_trick:
        return side
    values = tuple(value for value in switch.values if value in owner.values)
    is_otherwise = bool(switch.conditions) and any(value in owner.values for value in switch.otherwise.values())
    return _Side(index, values, is_otherwise, _label(drafts, side))


def _is_gone(side: _Side) -> bool:
    return not (side.values or side.is_otherwise)


@dataclass(frozen=True)
class _Pair:
    """Parts two sides of one conflict."""

    drafts: list[Draft]
    reason: str
    problems: Problems
    notes: list[str]

    def part(self, one: _Side, other: _Side) -> None:
        """Change the drafts so that the sides never meet; ``one`` has the need that ``other`` offends."""
        one, other = self._left(one), self._left(other)
        if _is_gone(one) or _is_gone(other):
            return
        always = self._is_always(one), self._is_always(other)
        if all(always):
            self.problems.add(self._blamed(one, other).node, self._rule(one, other))
        elif always[1] and self._draft(one).is_trick:
            self._take_out(one, self._rule(one, other))
        elif always[0] and self._draft(other).is_trick:
            self._take_out(other, self._rule(one, other))
        else:
            self._make_conditional(one, other)

    def _make_conditional(self, one: _Side, other: _Side) -> None:
        """Ask for a trick only where the other side is absent: the later one, if that can be said of the earlier."""
        ways = [
            (target, absent)
            for target, absent in ((one, self._absent(other)), (other, self._absent(one)))
            if self._draft(target).is_trick and absent is not None
        ]
        if not ways:
            paths = f"{self._draft(other).path} or {self._draft(one).path}"
            self.problems.add(
                self._blamed(one, other).node, f"{self._rule(one, other)}; fix {paths} so that they cannot"
            )
            return
        target, conditions = max(ways, key=lambda way: way[0].index)
        draft = self._draft(target)
        added = tuple(condition for condition in conditions or () if condition not in draft.conditions)
        self.drafts[target.index] = replace(draft, conditions=(*draft.conditions, *added))

    def _absent(self, side: _Side) -> tuple[Condition, ...] | None:
        """Under which conditions a side is absent; None where that cannot be said."""
        draft = self._draft(side)
        left = tuple(value for value in draft.values if value not in side.values)
        if draft.elsewhere:
            return draft.conditions_for(left if side.is_otherwise else (*left, *draft.otherwise.values()))
        if draft.dimension is None:
            return None
        return (Condition(draft.path, left, or_absent=not side.is_otherwise),)

    def _take_out(self, side: _Side, why: str) -> None:
        draft = self._draft(side)
        left = tuple(value for value in draft.values if value not in side.values)
        off = draft.otherwise[None]
        self.notes.append(f"{draft.path}: {_label(self.drafts, side)} is never on: {why}")
        value = Choice(left) if len(left) > 1 else (left[0] if left else off)
        conditions = draft.conditions if left else ()
        self.drafts[side.index] = replace(draft, value=value, conditions=conditions)

    def _left(self, side: _Side) -> _Side:
        """The side without values that an earlier conflict has taken out."""
        values = self._draft(side).values
        return replace(side, values=tuple(value for value in side.values if value in values))

    def _is_always(self, side: _Side) -> bool:
        draft = self._draft(side)
        may_be_absent = bool(draft.conditions) and not side.is_otherwise
        return not may_be_absent and all(value in side.values for value in draft.values)

    def _blamed(self, one: _Side, other: _Side) -> Draft:
        """The trick, where one side is one; else the side with the need."""
        draft = self._draft(one)
        return self._draft(other) if self._draft(other).is_trick and not draft.is_trick else draft

    def _rule(self, one: _Side, other: _Side) -> str:
        return _rule(_label(self.drafts, one), _label(self.drafts, other), self.reason)

    def _draft(self, side: _Side) -> Draft:
        return self.drafts[side.index]
