"""Derives conditions from the facts that plug-ins state about themselves: what can be sampled can be trained.

Two sides of a conflict are two switches, or fields whose values imply facts, each with the values that bring the
conflict. Where both always do, the space is refused. Where a trick meets something that is always there, the trick's
value is taken out of its choice. Where neither is always there, the later trick is only asked for where the other side
is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from gansearch.dimensions import Choice
from gansearch.records import Setting
from gansearch.space.drafts import Alternative, Draft
from gansearch.space.parameters import Condition
from gansearch.space.problems import Problems


@dataclass(frozen=True)
class _Conflict:
    """Two properties that exclude each other."""

    one: Callable[[str, Alternative], bool]
    other: Callable[[str, Alternative], bool]
    reason: str


def _couples_scores(path: str, alternative: Alternative) -> bool:
    """A generator may couple its batch: gradients per sample are those of the discriminator's scores."""
    return alternative.facts.couples_batch and not path.startswith("generator.")


_CONFLICTS = (
    _Conflict(
        lambda _, alternative: alternative.facts.needs_independent_samples,
        _couples_scores,
        "takes gradients per sample, which {other} couples",
    ),
    _Conflict(
        lambda _, alternative: alternative.facts.needs_probability_loss,
        lambda path, alternative: path == "loss.name" and not alternative.facts.is_probability_loss,
        "acts on a cross entropy's targets, which {other} does not have",
    ),
    _Conflict(
        lambda _, alternative: alternative.facts.needs_labels,
        lambda _, alternative: alternative.is_without_classes,
        "needs classes, which {other} does not have",
    ),
)


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
    separated, notes = list(drafts), list[str]()
    for conflict in _CONFLICTS:
        ones, others = list(_sides(separated, conflict.one)), list(_sides(separated, conflict.other))
        for one, other in product(ones, others):
            if one.index != other.index:
                _Pair(separated, conflict.reason, problems, notes).part(one, other)
    return separated, notes


def _sides(drafts: Sequence[Draft], has: Callable[[str, Alternative], bool]) -> Iterator[_Side]:
    for index, draft in enumerate(drafts):
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
    label = " or ".join(draft.alternatives[value].label for value in side.values) or draft.path
    return _Side(index, values, label=label)


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
            (target, partner)
            for target, partner in ((one, other), (other, one))
            if self._draft(target).is_trick and self._draft(partner).dimension is not None
        ]
        if not ways:
            self.problems.add(self._blamed(one, other).node, self._rule(one, other))
            return
        target, partner = max(ways, key=lambda way: way[0].index)
        draft, reference = self._draft(target), self._draft(partner)
        left = tuple(value for value in reference.values if value not in partner.values)
        condition = Condition(reference.path, left, or_absent=not partner.is_otherwise)
        if condition not in draft.conditions:
            self.drafts[target.index] = replace(draft, conditions=(*draft.conditions, condition))

    def _take_out(self, side: _Side, why: str) -> None:
        draft = self._draft(side)
        left = tuple(value for value in draft.values if value not in side.values)
        off = draft.otherwise[None]
        self.notes.append(f"{draft.path}: {self._label(side)} is never on: {why}")
        value = Choice(left) if len(left) > 1 else (left[0] if left else off)
        conditions = draft.conditions if left else ()
        self.drafts[side.index] = replace(draft, value=value, conditions=conditions)

    def _left(self, side: _Side) -> _Side:
        """The side without values that an earlier conflict has taken out."""
        values = self._draft(side).values
        return replace(side, values=tuple(value for value in side.values if value in values))

    def _is_always(self, side: _Side) -> bool:
        draft = self._draft(side)
        return not draft.conditions and all(value in side.values for value in draft.values)

    def _blamed(self, one: _Side, other: _Side) -> Draft:
        """The trick, where one side is one; else the side with the need."""
        draft = self._draft(one)
        return self._draft(other) if self._draft(other).is_trick and not draft.is_trick else draft

    def _rule(self, one: _Side, other: _Side) -> str:
        return f"must not meet: {self._label(one)} {self.reason.format(other=self._label(other))}"

    def _label(self, side: _Side) -> str:
        draft = self._draft(side)
        return side.label or " or ".join(draft.alternatives[value].label for value in side.values) or draft.path

    def _draft(self, side: _Side) -> Draft:
        return self.drafts[side.index]
